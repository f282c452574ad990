"""Timelines as plain data, for programs; times in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.dry_run.chart.rows import Mark, Row, Timeline


def timeline_data(scenario: Scenario, timelines: Sequence[Timeline]) -> dict[str, Any]:
    """A scenario's tasks with their nodes, each with its states, and all that happens to them.

    A span that goes on after the last change has a `to` of None.
    """
    return {"scenario": scenario.name, "title": scenario.title, "tasks": [_task(timeline) for timeline in timelines]}


def _task(timeline: Timeline) -> dict[str, Any]:
    return {
        "edition": timeline.edition,
        "ends": timeline.end,
        "seconds": timeline.last / SECOND,
        **({} if timeline.assumed is None else {"assumed_start": timeline.assumed / SECOND}),
        "rows": [_row(row, timeline) for row in timeline.rows],
        "events": [{"text": mark.text, "at": mark.spans[0][0] / SECOND} for mark in timeline.events],
        "faults": [_fault(mark, timeline) for mark in timeline.faults],
    }


def _row(row: Row, timeline: Timeline) -> dict[str, Any]:
    spans = [{"state": span.state} | _span(span.since, span.until, timeline) for span in row.spans]
    return {"id": row.id, "name": row.name, "kind": row.kind, "depth": row.depth, "spans": spans}


def _fault(mark: Mark, timeline: Timeline) -> dict[str, Any]:
    return {"text": mark.text, "spans": [_span(since, until, timeline) for since, until in mark.spans]}


def _span(since: int, until: int, timeline: Timeline) -> dict[str, Any]:
    return {"from": since / SECOND, "to": None if until >= timeline.span else until / SECOND}
