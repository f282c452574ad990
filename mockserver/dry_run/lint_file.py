"""Findings of the linter in a scenario file, each with its line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.dry_run.lint import Finding, Place, broken_answers
from taskmock.mockserver.scenarios import Problem, ScenarioError
from taskmock.mockserver.scenarios.syntax.nodes import Listing, Mapping, Node
from taskmock.mockserver.scenarios.syntax.problems import Problems
from taskmock.mockserver.scenarios.syntax.source import parse, text_of

JUDGED_AT_LOAD = 500
"""About how many nodes of a scenario are judged when it is loaded."""


def refuse_broken(scenario: Scenario, path: Path) -> None:
    """Refuses a scenario just loaded whose answers break their contract without a fault that declares it.

    Raises:
        ScenarioError: With where and how they do.
    """
    findings = broken_answers(scenario, judged=JUDGED_AT_LOAD)
    if findings:
        raise ScenarioError(placed(findings, path))


def placed(findings: Iterable[Finding], path: Path) -> tuple[Problem, ...]:
    """Findings with the lines of the file that they are about, in the order of the file."""
    found = tuple(findings)
    if not found:
        return ()
    text = text_of(path.read_bytes(), source=str(path))
    root = parse(text).root
    places = Problems(str(path), text)
    return tuple(sorted(_problem(finding, root, places) for finding in found))


def _problem(finding: Finding, root: Node | None, places: Problems) -> Problem:
    line, column = places.place(_start(root, finding.place))
    return Problem(places.source, line, column, finding.code, finding.message)


def _start(node: Node | None, place: Place) -> int:
    """Where the deepest part of a place begins that stands in the file itself; parts may come from another file."""
    start = 0 if node is None else node.start
    for step in place:
        if isinstance(node, Mapping):
            entry = next(((key, value) for key, value in node.entries if key.text == step), None)
            if entry is None:
                return start
            start, node = entry[0].start, entry[1]
        elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            start = node.start
        else:
            return start
    return start
