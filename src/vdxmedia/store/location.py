"""Where the store is: a file that this server makes and keeps to itself, or a PostgreSQL database.

All functions block; call them in a thread.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from vdxmedia.errors import Misconfigured

FILE_MODE = 0o600
"""People's names are in it."""


def address(url: str, password: str = "") -> URL:
    """The configured URL with the drivers that we use. Raises: Misconfigured."""
    try:
        parsed = make_url(url)
    except Exception as error:  # SQLAlchemy lets several kinds out, with the URL in their text
        raise Misconfigured("store.url: is not as sqlite:////var/lib/vdxmedia/vdxmedia.db") from error
    if parsed.get_backend_name() == "postgresql":
        if importlib.util.find_spec("asyncpg") is None:
            raise Misconfigured("store.url: for PostgreSQL install vdxmedia[postgresql]")
        return parsed.set(drivername="postgresql+asyncpg", password=password or None)
    return parsed.set(drivername="sqlite+aiosqlite")


def file_of(url: URL) -> Path | None:
    """The SQLite file; None for PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def check_file(path: Path) -> None:
    """Changes nothing. Raises: Misconfigured when the file could not be opened or made."""
    directory = path.absolute().parent
    if not directory.is_dir():
        raise Misconfigured(f"store.url: the directory {directory} is not there; make it, for this user alone")
    if not os.access(directory, os.W_OK | os.X_OK):  # SQLite puts its journal beside the file
        raise Misconfigured(f"store.url: this user may not write into {directory}")
    if path.exists() and (not path.is_file() or not os.access(path, os.R_OK | os.W_OK)):
        raise Misconfigured(f"store.url: this user may not read and write {path}")


class Claim:
    """This process alone has the file as its store, until `release` or its end, however that comes."""

    def __init__(self, path: Path) -> None:
        """Makes the file when it is not there, readable by its owner only. Raises: Misconfigured."""
        check_file(path)
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
            self._descriptor = os.open(_lock_of(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
        except OSError as error:
            raise Misconfigured(f"store.url: {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise Misconfigured(f"store.url: {path}: another server uses it; give each a store of its own") from error

    def release(self) -> None:
        """Once."""
        os.close(self._descriptor)


def _lock_of(path: Path) -> Path:
    """Beside the file: SQLite's own locks are of the file itself, and closing any descriptor of it would drop them
    (POSIX advisory locks)."""
    return path.with_name(path.name + ".lock")
