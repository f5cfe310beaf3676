"""Files that are either whole or not there: written under another name in the same folder, then renamed."""

import hashlib
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

STALE_SECONDS = 3600.0  # a temporary file this old belongs to a writer that was killed


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to: on leaving it becomes `path`; on an error it goes, and `path` is as before.

    For writers that want a name, such as ``safetensors.numpy.save_file``. A kill leaves at most a hidden ``.tmp`` file,
    which a later write of the same name removes.

    Raises
    ------
    OSError
        If the folder cannot be written to, or the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.touch(exist_ok=False)
        # The old file's, or the user's own default: some writers make files that only the owner can read.
        mode = (path if path.is_file() else temporary).stat().st_mode
        yield temporary
        os.chmod(temporary, mode)
        _flush(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if os.name == "posix":
        with suppress(OSError):  # some file systems cannot
            _flush(path.parent)  # the new name, too


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write bytes, or text as UTF-8 with its line ends as they are, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


def contents_hash(files: Mapping[str, bytes]) -> str:
    """Sixteen hexadecimal digits that change with any name or content of some files: for addresses that are cached."""
    digest = hashlib.sha256()
    for name, data in files.items():
        digest.update(name.encode() + b"\0" + data)
    return digest.hexdigest()[:16]


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(path: Path) -> None:
    prefix, now = f".{path.name}.", time.time()
    for old in path.parent.iterdir():
        if old.name.startswith(prefix) and old.name.endswith(".tmp"):
            with suppress(OSError):  # another process may be faster
                if now - old.stat().st_mtime > STALE_SECONDS:
                    old.unlink()
