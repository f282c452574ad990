"""The marker `@pytest.mark.taskmock`: what a test plays, checked while tests are collected.

Only pytest is imported here; scenarios are loaded when a marker asks for them all, or for their tags.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from taskmock.mockserver.scenario import Scenario
    from taskmock.mockserver.shelf import Shelf

MARKER = (
    "taskmock(scenario=None, clock=None, tags=()): what the `taskmock` fixture plays by default: a scenario's name "
    "or file, a list of them or '*' (the test runs once for each), tags that scenarios must have; and what moves "
    "its tasks: wall, polls, manual or instant."
)
ALL = "*"
"""Stands for every scenario that there is."""

_KEYS = ("scenario", "clock", "tags")
_CLOCKS = ("wall", "polls", "manual", "instant")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a test's marker asks for; None where it leaves something open."""

    scenario: str | Path | Scenario | None = None
    clock: str | None = None


def wanted_of(request: pytest.FixtureRequest) -> Wanted:
    """What the marker of a running test asks for, this run's scenario of a list included."""
    marker = request.node.get_closest_marker("taskmock")
    named = marker.kwargs if marker else {}
    return Wanted(scenario=getattr(request, "param", named.get("scenario")), clock=named.get("clock"))


def parametrize(metafunc: pytest.Metafunc, shelf: Callable[[], Shelf]) -> None:
    """Runs a marked test once for each scenario of a list, of `*`, or of its tags.

    Raises:
        pytest.Collector.CollectError: The marker asks for what cannot be.
    """
    marker = metafunc.definition.get_closest_marker("taskmock")
    if marker is None or "taskmock" not in metafunc.fixturenames:
        return
    _check(metafunc, marker)
    scenario, tags = marker.kwargs.get("scenario"), _tags(metafunc, marker.kwargs.get("tags", ()))
    if isinstance(scenario, list | tuple):
        found: Sequence[str | Path | Scenario] = scenario
    elif scenario == ALL or tags:
        found = _tagged(metafunc, shelf, tags)
    else:
        return
    metafunc.parametrize("taskmock", found, indirect=True, ids=[_id(one) for one in found])


def _check(metafunc: pytest.Metafunc, marker: pytest.Mark) -> None:
    if marker.args:
        _refuse(metafunc, f"takes no positional argument; write scenario={marker.args[0]!r}")
    unknown = sorted(set(marker.kwargs) - set(_KEYS))
    if unknown:
        _refuse(metafunc, f"unknown {', '.join(unknown)}; allowed: {', '.join(_KEYS)}")
    clock, scenario = marker.kwargs.get("clock"), marker.kwargs.get("scenario")
    if clock is not None and clock not in _CLOCKS:
        _refuse(metafunc, f"unknown clock {clock!r}; allowed: {', '.join(_CLOCKS)}")
    if isinstance(scenario, list | tuple) and not scenario:
        _refuse(metafunc, "an empty list of scenarios")
    if marker.kwargs.get("tags") and scenario is not None and scenario != ALL:
        _refuse(metafunc, "tags choose among all scenarios, so scenario can only be '*' beside them")


def _tags(metafunc: pytest.Metafunc, tags: object) -> frozenset[str]:
    listed = [tags] if isinstance(tags, str) else tags
    if not isinstance(listed, list | tuple | set | frozenset) or not all(isinstance(tag, str) for tag in listed):
        _refuse(metafunc, f"tags are a text or a list of texts, not {tags!r}")
    return frozenset(listed)


def _tagged(metafunc: pytest.Metafunc, shelf: Callable[[], Shelf], tags: frozenset[str]) -> list[str]:
    try:
        scenarios = list(shelf())
    except ValueError as error:
        _refuse(metafunc, f"a scenario is broken:\n{error}")
    names = [scenario.name for scenario in scenarios if tags <= set(scenario.tags)]
    if not names:
        known = sorted({tag for scenario in scenarios for tag in scenario.tags})
        said = f"with the tags {', '.join(sorted(tags))}; there are the tags {', '.join(known) or 'none'}"
        _refuse(metafunc, f"there is no scenario {said if tags else 'at all'}")
    return names


def _id(scenario: str | Path | Scenario) -> str:
    return Path(scenario).stem if isinstance(scenario, str | Path) else scenario.name


def _refuse(metafunc: pytest.Metafunc, text: str) -> NoReturn:
    raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: @pytest.mark.taskmock: {text}")
