# SPDX-License-Identifier: GPL-2.0-only
"""The folder that every checkout of this user shares, and the locks in it."""

import contextlib
import fcntl
import os
import pathlib
import shutil

from say import LabError, say


def folder():
    """$IGBR_LAB, else the user's cache folder."""
    own = os.environ.get("IGBR_LAB")
    if own:
        return pathlib.Path(own).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base).absolute() / "igbr"


def make_folder():
    path = folder()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(
            f"cannot make the cache folder {path}: {error.strerror};"
            " set IGBR_LAB to a folder that can be written"
        ) from error
    return path


def free_megabytes(path):
    return shutil.disk_usage(path).free // 1_000_000


@contextlib.contextmanager
def lock(name, shared=False, wait=True):
    """Hold a lock file of the cache; yields False where `wait` is off and someone has it.

    The kernel drops the lock when the holder dies, so no run can leave it behind. Yields the lock's
    descriptor: a child that gets it holds the lock, too, and goes on holding it as an orphan.
    """
    path = make_folder() / name
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                yield False
                return
            say(f"  another run holds {path}: waiting for it")
            fcntl.flock(descriptor, kind)
        yield descriptor
    finally:
        os.close(descriptor)
