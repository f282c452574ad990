"""Reads faults and operations that somebody adds to a running task, in the words of scenario files."""

from __future__ import annotations

from taskmock.mockserver.command import Entry
from taskmock.mockserver.fault import Fault
from taskmock.mockserver.loader.events import read_events
from taskmock.mockserver.loader.faults import read_faults
from taskmock.mockserver.loader.problem import Problems
from taskmock.mockserver.loader.scenario_file import composed_of
from taskmock.mockserver.yaml_node import Node


def read_injected_faults(text: str) -> tuple[Fault, ...]:
    """The faults of a JSON or YAML list, as under `faults:`.

    Raises:
        ScenarioError: With all that is wrong with the text.
    """
    problems = Problems("faults", text)
    found = tuple(placed.fault for placed in read_faults(_root(text, problems), problems))
    if problems:
        raise problems.error()
    return found


def read_injected_log(text: str) -> tuple[Entry, ...]:
    """The operations of a JSON or YAML list, as under `events:` with `at:`.

    Raises:
        ScenarioError: With all that is wrong with the text.
    """
    problems = Problems("log", text)
    found = [placed.event for placed in read_events(_root(text, problems), problems)]
    if problems:
        raise problems.error()
    return tuple(Entry(at=event.trigger.at or 0, command=event.command) for event in found)


def _root(text: str, problems: Problems) -> Node:
    composed = composed_of(text)
    for flaw in composed.flaws:
        problems.add_flaw(flaw)
    if composed.root is None:
        if not problems:
            problems.add(0, "empty", "the text is empty", allowed="a list")
        raise problems.error()
    return composed.root
