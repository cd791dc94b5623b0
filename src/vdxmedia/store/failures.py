"""What went wrong in the database, in words that say nothing of the content."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vdxmedia.errors import BadInput, Refused

RETRY_S = 5.0
"""What callers are told to wait."""
_OF_CONTENT = ("22", "23")
"""SQLSTATE classes of values that are never taken: data exception, constraint violation."""
_OF_CONTENT_SQLITE = {"SQLITE_TOOBIG", "SQLITE_MISMATCH"}


def cannot(error: BaseException) -> Refused | BadInput:
    """`store_rejected` for a value that would be refused every time, else `store_unavailable`."""
    reason = _reason(error)
    if _is_of_content(error, reason):
        return BadInput(reason, code="store_rejected")
    return Refused(reason, code="store_unavailable", retry_after_s=RETRY_S)


def _reason(error: BaseException) -> str:
    """A name, as `SQLITE_FULL` or `53100`; never a text of the database, which may quote a value."""
    if isinstance(error, PoolTimeout | TimeoutError):
        return "timeout"
    cause: BaseException | None = error.orig if isinstance(error, StatementError) else error
    if isinstance(cause, sqlite3.Error):
        return str(getattr(cause, "sqlite_errorname", None) or type(cause).__name__)
    return str(getattr(cause, "sqlstate", None) or type(cause).__name__)


def _is_of_content(error: BaseException, reason: str) -> bool:
    if not isinstance(error, StatementError):
        return isinstance(error, ValueError)
    if not isinstance(error, DBAPIError) or isinstance(error.orig, ValueError | TypeError | OverflowError):
        return True  # the value could not be made into a parameter
    is_sqlite = isinstance(error.orig, sqlite3.Error)
    if is_sqlite:
        return reason.startswith("SQLITE_CONSTRAINT") or reason in _OF_CONTENT_SQLITE
    return reason[:2] in _OF_CONTENT and len(reason) == 5
