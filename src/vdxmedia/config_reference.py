"""`docs/reference/configuration.md` from the configuration's classes: every key with its type, bounds, default and use.

Nothing about a key is written down twice: types and bounds are msgspec's, units are in the names, and what a key is for
is the literal under it in `config_sections`. Left out: what depends on more than one key, which docs/configuration.md
tells.
"""

from __future__ import annotations

import ast
import inspect
import re
from typing import Any

import msgspec
from msgspec import inspect as types

from vdxmedia import config, config_sections
from vdxmedia.config_sections import Section, Settings

HEAD = """# Every key of the configuration

Made from the configuration's classes by `vdxmedia config reference`; edit those, not this page. Where values come from,
and which belong together, is told in [configuration](../configuration.md).

A list is separated by commas in the environment and in `--set`. Fractions are written with a point.
"""
UNITS = (
    ("_per_second", "per second"),
    ("_per_minute", "per minute"),
    ("_a_day", "per day"),
    ("_bytes", "bytes"),
    ("_days", "days"),
    ("_s", "seconds"),
)
"""End of a key's name to its unit."""


class Docstrings:
    """Of the classes and, as literals underneath, of their fields."""

    def __init__(self) -> None:
        self.of_class: dict[str, str] = {}
        self.of_field: dict[tuple[str, str], str] = {}
        for node in ast.parse(inspect.getsource(config_sections)).body:
            if isinstance(node, ast.ClassDef):
                self._read(node)

    def _read(self, node: ast.ClassDef) -> None:
        self.of_class[node.name] = _one_line(ast.get_docstring(node) or "")
        name = ""
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                name = statement.target.id
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and name:
                self.of_field[node.name, name] = _one_line(str(statement.value.value))


def reference() -> str:
    """The whole page."""
    docs = Docstrings()
    parts = [HEAD]
    defaults = Settings()
    for section in defaults.__struct_fields__:
        kind = type(getattr(defaults, section))
        parts.append(f"## [{section}]\n\n{docs.of_class[kind.__name__]}\n")
        parts.append(_table(kind, docs, section))
        for field in _fields(kind):
            nested = _nested(field.type)
            if nested is not None:
                parts.append(f"### Each table of `{section}.{field.name}`\n\n{docs.of_class[nested.__name__]}\n")
                parts.append(_table(nested, docs, ""))
    return "\n".join(parts)


def undocumented() -> list[str]:
    """Keys and tables that nothing is said about."""
    docs = Docstrings()
    absent = []
    for section, kind in _kinds().items():
        if not docs.of_class.get(kind.__name__):
            absent.append(f"[{section}]")
        absent += [
            f"{section}.{field.name}" for field in _fields(kind) if not docs.of_field.get((kind.__name__, field.name))
        ]
    return absent


def _kinds() -> dict[str, type[Section]]:
    kinds: dict[str, type[Section]] = {}
    defaults = Settings()
    for section in defaults.__struct_fields__:
        kinds[section] = type(getattr(defaults, section))
        for field in _fields(kinds[section]):
            nested = _nested(field.type)
            if nested is not None:
                kinds[f"{section}.{field.name}[]"] = nested
    return kinds


def _fields(kind: type[Section]) -> tuple[types.Field, ...]:
    info = types.type_info(kind)
    assert isinstance(info, types.StructType)
    return info.fields


def _nested(info: types.Type) -> type[Section] | None:
    """The tables of a list of tables."""
    if isinstance(info, types.ListType) and isinstance(info.item_type, types.StructType):
        nested = info.item_type.cls
        assert issubclass(nested, Section)
        return nested
    return None


def _table(kind: type[Section], docs: Docstrings, section: str) -> str:
    """`section`: empty for a table within a list, whose keys have no variable of their own."""
    lines = ["| Key | Type | Default | What it is for |", "|---|---|---|---|"]
    for field in _fields(kind):
        key = f"`{field.name}`"
        if section:
            key += f"<br>`{config.variable_of(f'{section}.{field.name}')}`"
        said = docs.of_field.get((kind.__name__, field.name), "")
        cells = [key, _type(field.type, field.name), _default(field), said]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _default(field: types.Field) -> str:
    if field.required:
        return "needed"
    value: Any = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    if value in ("", []):
        return "none"
    return f"`{msgspec.json.format(msgspec.json.encode(value), indent=0).decode()}`"


def _type(info: types.Type, name: str) -> str:
    """With its unit and its bounds."""
    unit = next((unit for end, unit in UNITS if name.endswith(end)), "")
    match info:
        case types.BoolType():
            return "yes or no (`true`, `false`)"
        case types.StrType():
            return "text" + _bounds(info.min_length, info.max_length, "characters")
        case types.IntType():
            return _words("whole number", unit) + _bounds(info.ge, info.le, above=info.gt)
        case types.FloatType():
            return _words("number", unit) + _bounds(info.ge, info.le, above=info.gt)
        case types.LiteralType():
            return "one of " + ", ".join(f"`{value}`" for value in info.values)
        case types.EnumType():
            return "one of " + ", ".join(f"`{member.value}`" for member in info.cls)
        case types.ListType(item_type=types.StructType()):
            return "list of tables" + _bounds(info.min_length, info.max_length, "tables")
        case types.ListType():
            return f"list: {_type(info.item_type, '')}" + _bounds(info.min_length, info.max_length, "of them")
    raise TypeError(f"the configuration uses {info!r}, which its reference does not know")


def _words(kind: str, unit: str) -> str:
    return f"{kind}, {unit}" if unit else kind


def _bounds(least: float | None, most: float | None, of: str = "", *, above: float | None = None) -> str:
    said = []
    if above is not None:
        said.append(f"above {above:g}")
    if least:
        said.append(f"at least {_number(least)}")
    elif least is not None and not of:
        said.append("at least 0")
    if most is not None:
        said.append(f"at most {_number(most)}")
    return f"; {', '.join(said)}{' ' + of if of else ''}" if said else ""


def _number(value: float) -> str:
    return f"{value:_}".replace("_", " ") if value == int(value) and value >= 10_000 else f"{value:g}"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
