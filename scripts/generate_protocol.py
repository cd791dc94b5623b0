"""Writes what is derived from the wire schema, so that client, documentation and server cannot drift apart.

From `vdxmedia.signalling.messages` come:
- `web/src/protocol/messages.gen.ts`: TypeScript types of every message,
- `src/vdxmedia/api/asyncapi.json`: AsyncAPI 3 with JSON Schemas, served at `/api/asyncapi.json`,
- the tables in `docs/protocol.md` between the `generated` markers (and there, the example as it is).

`--check` writes nothing and fails when a file differs (CI). Field descriptions are the literals underneath the
fields; they are read from the source text, because Python does not keep them.
"""

from __future__ import annotations

import argparse
import ast
import inspect as source_inspect
import json
import re
import sys
from collections.abc import Iterator
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))  # works before the package is installed

from vdxmedia.conference import choices, kinds  # noqa: E402
from vdxmedia.conference.layouts import LAYOUTS, Arrangement  # noqa: E402
from vdxmedia.signalling import messages, wire  # noqa: E402
from vdxmedia.signalling.areas import media  # noqa: E402

TYPESCRIPT = ROOT / "web/src/protocol/messages.gen.ts"
ASYNCAPI = ROOT / "src/vdxmedia/api/asyncapi.json"
PROTOCOL = ROOT / "docs/protocol.md"
LAYOUTS_TS = ROOT / "web/src/conference/layouts.gen.ts"
EXAMPLE = ROOT / "examples/join.py"

LIMITS = ("PROTOCOL_VERSION", "MAX_MESSAGE_BYTES", "MAX_SDP_CHARS", "MAX_VIDEO_SLOTS", "MAX_NAME_CHARS")
UNIONS: dict[str, Any] = {
    "ClientMessage": messages.ClientMessage,
    "Answer": messages.Answer,
    "SequencedEvent": messages.SequencedEvent,
    "Document": messages.Document,
    "ServerEvent": messages.ServerEvent,
}


def union_members(union: Any) -> tuple[type, ...]:
    """The types of a union, also of one that has a single one yet."""
    return get_args(union) or (union,)


FROM_CLIENT = ("Hello", "Resume", "TileSize", *(member.__name__ for member in union_members(messages.ClientMessage)))
"""Here a field with a default may be left out; the server always sends every field."""


class Documentation:
    """Docstrings of classes and the literals underneath their fields."""

    def __init__(self, *modules: Any) -> None:
        self.of_class: dict[str, str] = {}
        self.of_field: dict[tuple[str, str], str] = {}
        for module in modules:
            for node in ast.parse(source_inspect.getsource(module)).body:
                if isinstance(node, ast.ClassDef):
                    self._read_class(node)

    def _read_class(self, node: ast.ClassDef) -> None:
        self.of_class[node.name] = _one_line(ast.get_docstring(node) or "")
        name: str | None = None
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                name = statement.target.id
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                name = statement.targets[0].id
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and name:
                self.of_field[node.name, name] = _one_line(str(statement.value.value))
                name = None


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def structs_and_enums() -> tuple[list[inspect.StructType], list[type[StrEnum]]]:
    """Everything that travels, in the order of definition in the source."""
    found = (value for module in (messages, *messages.AREAS) for value in vars(module).values())
    structs = [
        value
        for value in dict.fromkeys(value for value in found if isinstance(value, type))
        if issubclass(value, messages.Wire) and value is not messages.Wire
    ]
    infos = [info for info in inspect.multi_type_info(structs) if isinstance(info, inspect.StructType)]
    enums: list[type[StrEnum]] = []
    for info in infos:
        for field in info.fields:
            for enum in _enums_in(field.type):
                if enum not in enums:
                    enums.append(enum)
    return infos, enums


def _enums_in(info: inspect.Type) -> Iterator[type[StrEnum]]:
    if isinstance(info, inspect.EnumType):
        assert issubclass(info.cls, StrEnum)
        yield info.cls
    elif isinstance(info, inspect.UnionType):
        for member in info.types:
            yield from _enums_in(member)
    elif isinstance(info, inspect.ListType):
        yield from _enums_in(info.item_type)
    elif isinstance(info, inspect.DictType):
        yield from _enums_in(info.value_type)


# ── TypeScript ────────────────────────────────────────────────────────────────────────────────────────────────────


def type_name(info: inspect.Type, *, readonly: str = "readonly ") -> str:
    """A type as TypeScript (and, without `readonly`, as the documentation's tables) writes it."""
    match info:
        case inspect.StrType():
            return "string"
        case inspect.BoolType():
            return "boolean"
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.NoneType():
            return "null"
        case inspect.StructType() | inspect.EnumType():
            return info.cls.__name__
        case inspect.UnionType():
            members = {member.cls for member in info.types if isinstance(member, inspect.StructType)}
            for name, union in UNIONS.items():
                if members == set(union_members(union)):
                    return name
            return " | ".join(type_name(member, readonly=readonly) for member in info.types)
        case inspect.ListType():
            item = type_name(info.item_type, readonly=readonly)
            return f"{readonly}({item})[]" if "|" in item or " " in item else f"{readonly}{item}[]"
        case inspect.DictType():
            value = type_name(info.value_type, readonly=readonly)
            return f"Readonly<Record<string, {value}>>" if readonly else f"object of {value}"
    raise TypeError(f"the wire schema uses {info!r}, which this generator does not know")


def typescript(docs: Documentation) -> str:
    structs, enums = structs_and_enums()
    out = [
        "// Generated by scripts/generate_protocol.py from src/vdxmedia/signalling/messages.py. Do not edit.",
        "// What it means is told in docs/protocol.md.",
        "",
    ]
    out += [f"export const {name} = {getattr(messages, name)};" for name in LIMITS]
    out += ["", "/** Stable codes of `Failure.code`; a client treats one it does not know as `internal`. */"]
    out += ["export type ErrorCode ="]
    out += [f'  | "{code}"' for code in messages.ERROR_CODES]
    out[-1] += ";"
    for enum in enums:
        out += ["", *_comment(docs.of_class.get(enum.__name__, ""))]
        out.append(f"export type {enum.__name__} = " + " | ".join(f'"{member.value}"' for member in enum) + ";")
    for info in structs:
        name = info.cls.__name__
        out += ["", *_comment(docs.of_class.get(name, "")), f"export interface {name} {{"]
        if info.tag is not None:
            out.append(f'  readonly type: "{info.tag}";')
        for field in info.fields:
            out += [f"  {line}" for line in _comment(docs.of_field.get((name, field.name), ""))]
            optional = "?" if not field.required and name in FROM_CLIENT else ""
            out.append(f"  readonly {field.encode_name}{optional}: {type_name(field.type)};")
        out.append("}")
    for name, union in UNIONS.items():
        out += ["", f"export type {name} =", *(f"  | {member.__name__}" for member in union_members(union))]
        out[-1] += ";"
    return "\n".join(out) + "\n"


def _comment(text: str) -> list[str]:
    return [f"/** {text} */"] if text else []


# ── AsyncAPI ──────────────────────────────────────────────────────────────────────────────────────────────────────


def asyncapi(docs: Documentation) -> str:
    structs, _ = structs_and_enums()
    _, components = msgspec.json.schema_components(
        [info.cls for info in structs], ref_template="#/components/schemas/{name}"
    )
    ordered = {name: _without_discriminators(components[name]) for name in sorted(components)}

    def message(name: str, schema: dict[str, Any], summary: str) -> dict[str, Any]:
        return {"name": name, "contentType": "application/json", "summary": summary, "payload": schema}

    def refs(union: Any) -> dict[str, Any]:
        return {"oneOf": [{"$ref": f"#/components/schemas/{member.__name__}"} for member in union_members(union)]}

    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "vdxmedia signalling",
            "version": str(messages.PROTOCOL_VERSION),
            "description": "Messages over socket.io (namespace `/`, path `/socket.io/`). "
            "What they mean, and in which order, is told in docs/protocol.md.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "connect": {
                "address": "connect",
                "description": "The socket.io connect payload (`auth`).",
                "messages": {"Hello": {"$ref": "#/components/messages/Hello"}},
            },
            "command": {
                "address": "command",
                "description": "One socket.io event per command; the acknowledgement carries the answer.",
                "messages": {
                    "ClientMessage": {"$ref": "#/components/messages/ClientMessage"},
                    "Answer": {"$ref": "#/components/messages/Answer"},
                },
            },
            "events": {
                "address": "events",
                "description": "A list of events; the client acknowledges each list that asks for it, with nothing.",
                "messages": {"ServerEvents": {"$ref": "#/components/messages/ServerEvents"}},
            },
        },
        "operations": {
            "connect": {"action": "receive", "channel": {"$ref": "#/channels/connect"}},
            "command": {
                "action": "receive",
                "channel": {"$ref": "#/channels/command"},
                "messages": [{"$ref": "#/channels/command/messages/ClientMessage"}],
                "reply": {
                    "channel": {"$ref": "#/channels/command"},
                    "messages": [{"$ref": "#/channels/command/messages/Answer"}],
                },
            },
            "events": {"action": "send", "channel": {"$ref": "#/channels/events"}},
        },
        "components": {
            "messages": {
                "Hello": message("Hello", {"$ref": "#/components/schemas/Hello"}, docs.of_class["Hello"]),
                "ClientMessage": message("ClientMessage", refs(messages.ClientMessage), "A command."),
                "Answer": message("Answer", refs(messages.Answer), "What became of a command."),
                "ServerEvents": message(
                    "ServerEvents", {"type": "array", "items": refs(messages.ServerEvent)}, "Events, oldest first."
                ),
            },
            "schemas": ordered,
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _without_discriminators(schema: Any) -> Any:
    """OpenAPI's objects are no valid AsyncAPI, whose discriminator is a name of a schema; each member's `type` is a
    constant, which tells them apart as well."""
    if isinstance(schema, dict):
        return {key: _without_discriminators(value) for key, value in schema.items() if key != "discriminator"}
    return [_without_discriminators(one) for one in schema] if isinstance(schema, list) else schema


# ── the tables of docs/protocol.md ────────────────────────────────────────────────────────────────────────────────


def tables(docs: Documentation) -> dict[str, str]:
    """Name of the marker to the text between."""
    structs, enums = structs_and_enums()
    by_name = {info.cls.__name__: info for info in structs}
    in_unions = {member.__name__ for union in UNIONS.values() for member in union_members(union)}
    plain = [name for name in by_name if name not in in_unions and name != "Hello"]
    values = ["| Type | Values |", "|---|---|"]
    for enum in enums:
        words = []
        for member in enum:
            said = docs.of_field.get((enum.__name__, member.name), "").rstrip(".")
            words.append(f"`{member.value}`" + (f" ({said})" if said else ""))
        values.append(f"| `{enum.__name__}` | {', '.join(words)} |")
    limits = ["| Limit | Value |", "|---|---|", *(f"| `{name}` | {getattr(messages, name)} |" for name in LIMITS)]
    codes = ["| Code | Meaning and what to do |", "|---|---|"]
    codes += [f"| `{code}` | {meaning} |" for code, meaning in messages.ERROR_CODES.items()]

    def sections(names: list[str]) -> str:
        return "\n\n".join(_section(by_name[name], docs) for name in names)

    return {
        "hello": _section(by_name["Hello"], docs),
        "commands": sections([member.__name__ for member in union_members(messages.ClientMessage)]),
        "answers": sections([member.__name__ for member in union_members(messages.Answer)]),
        "events": sections([member.__name__ for member in union_members(messages.ServerEvent)]),
        "values": sections(plain) + "\n\n" + "\n".join(values),
        "limits": "\n".join(limits),
        "codes": "\n".join(codes),
        "layouts": layouts_table(),
        "example": f"```python\n{EXAMPLE.read_text('utf-8')}```",
    }


def _section(info: inspect.StructType, docs: Documentation) -> str:
    name = info.cls.__name__
    lines = [f"#### `{info.tag}`" if info.tag is not None else f"#### {name}"]
    if docs.of_class.get(name):
        lines += ["", docs.of_class[name]]
    if not info.fields:
        return "\n".join([*lines, "", "No fields."])
    lines += ["", "| Field | Type | |", "|---|---|---|"]
    for field in info.fields:
        remark = docs.of_field.get((name, field.name), "")
        if name in FROM_CLIENT and not field.required:
            default = "" if field.default in (None, msgspec.NODEFAULT) else f", default {_plain(field.default)!r}"
            remark = f"Optional{default}. {remark}".strip()
        shown = type_name(field.type, readonly="").replace("|", "\\|")
        lines.append(f"| `{field.encode_name}` | {shown}{_limits_of(field.type)} | {remark} |")
    return "\n".join(lines)


def _limits_of(info: inspect.Type) -> str:
    if isinstance(info, inspect.UnionType):
        return "".join(_limits_of(member) for member in info.types)
    found = []
    for name, word in (("min_length", "min"), ("max_length", "max")):
        if getattr(info, name, None) is not None:
            found.append(f"{word} {getattr(info, name)}")
    for name, sign in (("ge", "≥"), ("le", "≤"), ("lt", "<")):
        if getattr(info, name, None) is not None:
            found.append(f"{sign} {getattr(info, name)}")
    return f" ({', '.join(found)})" if found else ""


def layouts_typescript() -> str:
    lines = [
        "// Generated by scripts/generate_protocol.py from src/vdxmedia/conference/layouts.py. Do not edit.",
        "",
        "export type Arrangement = " + " | ".join(f"'{one.value}'" for one in Arrangement) + ";",
        "",
        "export interface Layout {",
        "  readonly arrangement: Arrangement;",
        "  /** Large places; 0: as many as there are people. */",
        "  readonly mains: number;",
        "  /** Small places; -1: as many as fit. */",
        "  readonly pips: number;",
        "}",
        "",
        "export const LAYOUTS: Readonly<Record<string, Layout>> = {",
        *(
            f"  {name}: {{ arrangement: '{one.arrangement.value}', mains: {one.mains}, pips: {one.pips} }},"
            for name, one in LAYOUTS.items()
        ),
        "};",
    ]
    return "\n".join(lines) + "\n"


def layouts_table() -> str:
    rows = [f"| `{name}` | {one.arrangement.value} | {one.mains} | {one.pips} |" for name, one in LAYOUTS.items()]
    return "\n".join(["| Layout | Arrangement | Large places | Small places |", "|---|---|---|---|", *rows])


def with_tables(text: str, parts: dict[str, str]) -> str:
    for name, body in parts.items():
        before, begin, rest = text.partition(f"<!-- generated:{name} -->\n")
        _, end, after = rest.partition(f"<!-- /generated:{name} -->")
        if not begin or not end:
            raise SystemExit(f"{PROTOCOL.name} has no markers for {name!r}")
        text = f"{before}{begin}{body}\n{end}{after}"
    return text


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def outputs() -> dict[Path, str]:
    docs = Documentation(kinds, choices, wire, media, *messages.AREAS, messages)
    return {
        TYPESCRIPT: typescript(docs),
        LAYOUTS_TS: layouts_typescript(),
        ASYNCAPI: asyncapi(docs),
        PROTOCOL: with_tables(PROTOCOL.read_text("utf-8"), tables(docs)),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file differs")
    check = parser.parse_args(arguments).check
    stale = 0
    for path, text in outputs().items():
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"{path.relative_to(ROOT)} differs from the wire schema: run scripts/generate_protocol.py")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
