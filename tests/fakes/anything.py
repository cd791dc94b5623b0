"""Any command that any desk takes, with any values: what a patched client could ask for."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from enum import Enum
from typing import Any

import msgspec
from hypothesis import strategies as st

from tests.fakes.conferences import conference
from vdxmedia.conference.commands import Asked
from vdxmedia.ids import ParticipantId

MOST_ITEMS = 3


def kinds() -> list[type[Asked]]:
    """Of all desks that there are."""
    return sorted(conference().conference._handlers, key=lambda kind: (kind.__module__, kind.__name__))


def commands_of(asking: str, names: Sequence[str]) -> st.SearchStrategy[Asked]:
    """What `asking` may ask for; people are taken from `names`."""
    return st.one_of([_struct(kind, names, {"participant": st.just(ParticipantId(asking))}) for kind in kinds()])


def _struct(kind: Any, names: Sequence[str], fixed: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    fields = {name: fixed[name] if name in fixed else _value(hints[name], names) for name in kind.__struct_fields__}
    return st.builds(kind, **fields)


def _value(hint: Any, names: Sequence[str]) -> st.SearchStrategy[Any]:
    if hint is ParticipantId:
        return st.sampled_from([ParticipantId(name) for name in names])
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(0, 5)
    if hint is float:
        return st.sampled_from((0.0, 1.0, 30.0))
    if hint is str:
        return st.sampled_from(("", "ord", "grid"))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _struct(hint, names, {})
    if isinstance(hint, typing.NewType):
        return _value(hint.__supertype__, names)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _value(arguments[0], names)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([st.none() if one is type(None) else _value(one, names) for one in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(_value(arguments[0], names), max_size=MOST_ITEMS).map(tuple)
    if origin is tuple:
        return st.tuples(*[_value(one, names) for one in arguments])
    if origin is not None and issubclass(origin, Sequence):
        return st.lists(_value(arguments[0], names), max_size=MOST_ITEMS)
    raise AssertionError(f"no values for {hint}")
