"""Settings: flags over environment (`VDX_…`) over a TOML file over defaults; strict everywhere.

One frozen struct (`config_sections`) is the schema of all three sources; what types cannot say is in `config_checks`.
The environment's name of `[http] public_url` is `VDX_HTTP_PUBLIC_URL`. Secrets are never values here, only names of
files that hold them (`*_file`), so a printed configuration and a crash dump of it are harmless. An unknown key is an
error which names the nearest valid one.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from vdxmedia.config_checks import check, check_production, is_fetchable, is_loopback, parse_bind
from vdxmedia.config_sections import (
    MAX_WORKERS,
    Api,
    Booking,
    Film,
    Http,
    Issuer,
    Limits,
    Log,
    Media,
    Metrics,
    Oauth,
    Overload,
    Section,
    Settings,
    Sms,
    SmsGateway,
    Staff,
    Stop,
    Store,
    Tokens,
    Turn,
    WebPages,
)
from vdxmedia.errors import Misconfigured

__all__ = [
    "MAX_WORKERS",
    "Api",
    "Booking",
    "Film",
    "Http",
    "Issuer",
    "Limits",
    "Log",
    "Media",
    "Metrics",
    "Oauth",
    "Overload",
    "Section",
    "Settings",
    "Sms",
    "SmsGateway",
    "Staff",
    "Stop",
    "Store",
    "Tokens",
    "Turn",
    "WebPages",
    "as_toml",
    "check",
    "check_production",
    "is_fetchable",
    "is_loopback",
    "known_keys",
    "load",
    "media_workers",
    "parse_bind",
    "variable_of",
]

ENVIRONMENT_PREFIX = "VDX_"

T = TypeVar("T")


def load(
    path: Path | None, environment: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None
) -> Settings:
    """Reads and merges all sources, checks every value. `flags` are `section.key` to text.

    Raises: Misconfigured, naming the source, the key and what to do.
    """
    merged: dict[str, dict[str, object]] = {}
    if path is not None:
        _merge(merged, _read_toml(path), origin=str(path))
    for name, text in sorted((environment or {}).items()):
        if name.startswith(ENVIRONMENT_PREFIX):
            key = _key_of_variable(name)
            _merge(merged, _nested(key, _value_of(key, text)), origin=f"environment variable {name}")
    for key, text in (flags or {}).items():
        _merge(merged, _nested(key, _value_of(key, text)), origin=f"flag for {key}")
    try:
        settings = msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Misconfigured(f"configuration: {_readable(str(error))}") from error
    check(settings)
    return settings


def known_keys() -> dict[str, Any]:
    """Every `section.key` with its default, in order."""
    return {f"{section}.{name}": value for section, name, value in _walk(Settings())}


def variable_of(key: str) -> str:
    """The environment's name of `section.key`."""
    return ENVIRONMENT_PREFIX + key.replace(".", "_").upper()


def as_toml(settings: Settings) -> str:
    """The settings as a TOML file that says the same; JSON's strings, numbers and lists are TOML's too."""
    lines: list[str] = []
    for section in settings.__struct_fields__:
        lines += [f"[{section}]"]
        lines += [f"{name} = {_toml(value)}" for of, name, value in _walk(settings) if of == section]
        lines += [""]
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], Section):
        tables = [", ".join(f"{name} = {_toml(getattr(one, name))}" for name in one.__struct_fields__) for one in value]
        return "[" + ", ".join(f"{{ {table} }}" for table in tables) + "]"
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def media_workers(media: Media) -> int:
    """How many workers the relay gets: as many as asked for, else one for each core but one, at least one."""
    return media.workers or min(max(len(os.sched_getaffinity(0)) - 1, 1), MAX_WORKERS)


# ── sources ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise Misconfigured(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: not TOML: {error}") from error


def _merge(into: dict[str, dict[str, object]], tables: Mapping[str, Any], *, origin: str) -> None:
    sections = {section for section, _, _ in _walk(Settings())}
    for section, table in tables.items():
        if section not in sections:
            raise Misconfigured(f"{origin}: unknown table [{section}]{_nearest(section, sections)}")
        if not isinstance(table, Mapping):
            raise Misconfigured(f"{origin}: {section} must be a table, as [{section}]")
        valid = {name for of, name, _ in _walk(Settings()) if of == section}
        for name, value in table.items():
            if name not in valid:
                raise Misconfigured(f"{origin}: unknown key {section}.{name}{_elsewhere(section, name, valid)}")
            into.setdefault(section, {})[name] = value


def _key_of_variable(name: str) -> str:
    by_variable = {variable_of(key): key for key in known_keys()}
    if name not in by_variable:
        raise Misconfigured(f"unknown environment variable {name}{_nearest(name, by_variable)}")
    return by_variable[name]


def _value_of(key: str, text: str) -> object:
    """Text of a flag or variable; lists are separated by commas. Raises: Misconfigured for an unknown key."""
    known = known_keys()
    if key not in known:
        raise Misconfigured(f"unknown key {key}{_nearest(key, known)}")
    if text.startswith("[{"):
        return _list_of_tables(key, text)
    if isinstance(known[key], list):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _list_of_tables(key: str, text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise Misconfigured(f"{key}: not JSON: {error}") from error


def _nested(key: str, value: object) -> dict[str, dict[str, object]]:
    section, _, name = key.partition(".")
    return {section: {name: value}}


def _walk(settings: Settings) -> Iterator[tuple[str, str, Any]]:
    for section in settings.__struct_fields__:
        table = getattr(settings, section)
        for name in table.__struct_fields__:
            yield section, name, getattr(table, name)


def _nearest(word: str, valid: Mapping[str, Any] | set[str], section: str = "") -> str:
    close = difflib.get_close_matches(word, sorted(valid), n=1, cutoff=0.4)
    if not close:
        return f"; valid are {', '.join(sorted(valid))}"
    return f"; did you mean {section + '.' if section else ''}{close[0]}?"


def _elsewhere(section: str, name: str, valid: set[str]) -> str:
    """The nearest key of the table; or a key of that very name in one other table, where none here is near."""
    if not difflib.get_close_matches(name, sorted(valid), n=1, cutoff=0.6):
        others = [of for of, key, _ in _walk(Settings()) if key == name]
        if len(others) == 1:
            return f"; did you mean {others[0]}.{name}?"
    return _nearest(name, valid, section)


_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(\w+)`")


def _readable(text: str) -> str:
    """msgspec's `Expected …, got … - at `$.http.x`` with the key in front, and with the nearest key where a table of a
    list has no such one."""
    what, separator, where = text.partition(" - at `$.")
    unknown = _UNKNOWN_FIELD.match(what)
    if unknown is not None and where.startswith("oauth.issuers"):
        what += _nearest(unknown[1], set(Issuer.__struct_fields__))
    return f"{where.rstrip('`')}: {what}" if separator else text
