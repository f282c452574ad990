"""The actor: a mock server that plays task trees over time.

The names below are imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskmock.mockserver.clock import ManualClock, WallClock
    from taskmock.mockserver.core.errors import CommandRefusedError, ScenarioNotFoundError
    from taskmock.mockserver.core.graph import AddressError
    from taskmock.mockserver.core.scenario import Scenario
    from taskmock.mockserver.dry_run.frames import PlayedFrame, frames
    from taskmock.mockserver.dry_run.lint import Finding, lint
    from taskmock.mockserver.scenarios import ScenarioError, dump_scenario, load_scenario
    from taskmock.mockserver.server.mock_server import MockServer
    from taskmock.mockserver.server.settings import Settings
    from taskmock.mockserver.sessions.session import Session
    from taskmock.mockserver.sessions.task import Task
    from taskmock.mockserver.sessions.task_clock import SeekError

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
    "AddressError": "core.graph",
    "CommandRefusedError": "core.errors",
    "Finding": "dry_run.lint",
    "ManualClock": "clock",
    "MockServer": "server.mock_server",
    "PlayedFrame": "dry_run.frames",
    "Scenario": "core.scenario",
    "ScenarioError": "scenarios",
    "ScenarioNotFoundError": "core.errors",
    "SeekError": "sessions.task_clock",
    "Session": "sessions.session",
    "Settings": "server.settings",
    "Task": "sessions.task",
    "WallClock": "clock",
    "dump_scenario": "scenarios",
    "frames": "dry_run.frames",
    "lint": "dry_run.lint",
    "load_scenario": "scenarios",
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
