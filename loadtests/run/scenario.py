"""What a scenario is: a name, its flags' values, its service level, and what it plays.

Each is a module in `scenarios` with a `SCENARIO`. Left out: the stage that it plays on.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable

import msgspec

from loadtests.run import scenarios
from loadtests.run.flags import Flags
from loadtests.run.level import ServiceLevel
from loadtests.run.stage import Stage


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    about: str
    """One sentence."""
    play: Callable[[Stage], Awaitable[None]]
    defaults: Flags = Flags()
    level: ServiceLevel = ServiceLevel()
    parameters: dict[str, str] = {}
    """Of its own, by `--with`, with their values."""
    settings: dict[str, str] = {}
    """Of the server, as `--set`, which has the last word."""
    bounds: dict[str, float] = {}
    """More bounds on times in seconds, of what the scenario notes itself, at the 99th percentile."""


class UnknownScenario(Exception):
    """The text names those that there are."""


def names() -> list[str]:
    """Of all modules in `scenarios`."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(scenarios.__path__))


def find(name: str) -> Scenario:
    """Raises: UnknownScenario."""
    if name not in names():
        raise UnknownScenario(f"{name}: no such scenario; there are {', '.join(names())}")
    found: Scenario = importlib.import_module(f"{scenarios.__name__}.{name.replace('-', '_')}").SCENARIO
    return found
