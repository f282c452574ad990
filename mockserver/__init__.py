"""The actor: a mock server that plays task trees over time.

The names below are imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskmock.schemas import lazy_exports

if TYPE_CHECKING:
    from taskmock.mockserver.clock import ClockMode, ManualClock, WallClock
    from taskmock.mockserver.core.errors import CommandRefusedError, ScenarioNotFoundError
    from taskmock.mockserver.core.graph import AddressError
    from taskmock.mockserver.core.scenario import Scenario
    from taskmock.mockserver.dry_run.frames import PlayedFrame, frames
    from taskmock.mockserver.dry_run.lint import Finding, lint
    from taskmock.mockserver.scenarios import ScenarioError, dump_scenario, load_scenario, read_scenario
    from taskmock.mockserver.server.mock_server import MockServer
    from taskmock.mockserver.server.settings import Settings
    from taskmock.mockserver.sessions.session import Session
    from taskmock.mockserver.sessions.task import Task
    from taskmock.mockserver.sessions.task_clock import SeekError

__all__ = [
    "AddressError",
    "ClockMode",
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
    "read_scenario",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "clock": ("ClockMode", "ManualClock", "WallClock"),
        "core.errors": ("CommandRefusedError", "ScenarioNotFoundError"),
        "core.graph": ("AddressError",),
        "core.scenario": ("Scenario",),
        "dry_run.frames": ("PlayedFrame", "frames"),
        "dry_run.lint": ("Finding", "lint"),
        "scenarios": ("ScenarioError", "dump_scenario", "load_scenario", "read_scenario"),
        "server.mock_server": ("MockServer",),
        "server.settings": ("Settings",),
        "sessions.session": ("Session",),
        "sessions.task": ("Task",),
        "sessions.task_clock": ("SeekError",),
    },
)
