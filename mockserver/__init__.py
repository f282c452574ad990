"""The actor: a mock server that plays task trees over time.

The names below are imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskmock.mockserver.answers import PlayedFrame, frames
    from taskmock.mockserver.clock import ManualClock, WallClock
    from taskmock.mockserver.graph import AddressError
    from taskmock.mockserver.linter import Finding, lint
    from taskmock.mockserver.loader import ScenarioError, dump_scenario, load_scenario
    from taskmock.mockserver.operations import CommandRefusedError
    from taskmock.mockserver.scenario import Scenario
    from taskmock.mockserver.server import MockServer, Settings
    from taskmock.mockserver.session import Session, Task
    from taskmock.mockserver.shelf import ScenarioNotFoundError
    from taskmock.mockserver.taskclock import SeekError

__all__ = [
    "AddressError",
    "CommandRefusedError",
    "Finding",
    "ManualClock",
    "MockServer",
    "PlayedFrame",
    "Scenario",
    "ScenarioError",
    "ScenarioNotFoundError",
    "SeekError",
    "Session",
    "Settings",
    "Task",
    "WallClock",
    "dump_scenario",
    "frames",
    "lint",
    "load_scenario",
]

_HOMES = {
    "AddressError": "graph",
    "CommandRefusedError": "operations",
    "Finding": "linter",
    "ManualClock": "clock",
    "MockServer": "server",
    "PlayedFrame": "answers",
    "Scenario": "scenario",
    "ScenarioError": "loader",
    "ScenarioNotFoundError": "shelf",
    "SeekError": "taskclock",
    "Session": "session",
    "Settings": "server",
    "Task": "session",
    "WallClock": "clock",
    "dump_scenario": "loader",
    "frames": "answers",
    "lint": "linter",
    "load_scenario": "loader",
}
"""The module of each name; none is called as a name, or importing it would hide the name."""


def __getattr__(name: str) -> object:
    """The public name, imported from the module where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__]
