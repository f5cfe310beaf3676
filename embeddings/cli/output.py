"""Where a command's answer goes: a standard output of any encoding, full or closed, and files that stay whole."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from embeddings.errors import UserError
from embeddings.files import write_atomically

STDOUT = "-"


@contextmanager
def shown() -> Iterator[None]:
    """Everything inside may print: what the console cannot show becomes a question mark, and all of it has arrived
    when this is left.

    Raises
    ------
    UserError
        If standard output is full or cannot be written.
    BrokenPipeError
        If nobody reads it any more.
    """
    if hasattr(sys.stdout, "reconfigure"):
        with suppress(OSError, ValueError):  # a stream that has been closed
            sys.stdout.reconfigure(errors="replace")
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if _arrives():
            raise  # it was another file's
        _drop()
        if error.errno == errno.EPIPE:
            raise BrokenPipeError from error
        raise UserError(
            f"Standard output cannot be written ({error.strerror}): make room where it goes, or send it elsewhere."
        ) from error


def _arrives() -> bool:
    """Whether anything that is printed can be: one line end more is tried."""
    try:
        if sys.stdout is not None:
            sys.stdout.write("\n")
            sys.stdout.flush()
    except (OSError, ValueError):
        return False
    return True


def _drop() -> None:
    """Send the rest nowhere, or Python would complain of it once more when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        sys.stdout.flush()


def check_target(target: str) -> None:
    """A `UserError` where a file could not be written, as far as that is known before there is anything to write."""
    path = Path(os.path.realpath(target))
    if target == STDOUT or (path.exists() and not path.is_file() and not path.is_dir()):
        return
    if path.is_dir():
        raise _unwritable(target, os.strerror(errno.EISDIR))
    if not path.parent.is_dir():
        raise _unwritable(target, os.strerror(errno.ENOENT))
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise _unwritable(target, os.strerror(errno.EACCES))


def write(target: str, text: str) -> None:
    """Write text as UTF-8 to a file, whole or not at all, or to standard output, whatever that is set to.

    Raises
    ------
    UserError
        If the file cannot be written: one that was there is as before.
    """
    if target == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    check_target(target)
    path = Path(os.path.realpath(target))  # a link stays one
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            path.write_bytes(text.encode())
        else:
            write_atomically(path, text)
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from error


def _unwritable(target: str, why: str) -> UserError:
    return UserError(f"{target} cannot be written ({why}): make room, or name a file in a folder of yours.")
