"""Reads the text of a scenario file: its head, and the scripts of its tasks."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from taskmock.mockserver.core.command import Command, Entry
from taskmock.mockserver.core.errors import ScenarioError
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.scenario import QUIRKS, Frame, Play, Scenario
from taskmock.mockserver.scenarios.reader.events import read_events, read_operations, states
from taskmock.mockserver.scenarios.reader.faults import check_broken_fields, read_faults
from taskmock.mockserver.scenarios.reader.fields import Fields, fields_of, items_of, read_items
from taskmock.mockserver.scenarios.reader.plays import PLAY_KEYS, TASK_KEYS, Inherited, Source, read_play
from taskmock.mockserver.scenarios.reader.scalars import read_choice, read_slug, read_text
from taskmock.mockserver.scenarios.syntax.nodes import Node, Scalar, quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of
from taskmock.mockserver.scenarios.syntax.source import root_of, text_of
from taskmock.schemas import KNOWN
from taskmock.schemas.argument import demand

FORMAT = "1"
"""The version of the grammar that this reader knows."""


HEAD_KEYS = ("format", "scenario", "title", "careless", "tags", "ends", "edition", "quirks", "use")
"""The keys that say what the scenario is."""


KEYS = (*HEAD_KEYS, "task", "tasks", *PLAY_KEYS)
"""Every key at the top level of a scenario file."""


SCENARIO_EXAMPLE = "format: 1, scenario: NAME, flow: [Prepare: 2s]"
"""What a scenario file looks like."""


_ANY = "*"  # the glob of a task without ids


T = TypeVar("T")

Resolve = Callable[[str], Scenario]
"""Gives the scenario of a name; raises LookupError (its text is shown) or ScenarioError."""


def read_scenario(text: str | bytes, *, source: str, resolve: Resolve | None = None) -> Scenario:
    """The scenario that a YAML or JSON text describes; `source` names it in messages, `resolve` is asked for `use:`.

    Raises:
        ScenarioError: With all that is wrong with the text.
    """
    demand("read_scenario(text)", text, str | bytes, "a scenario's YAML or JSON as text or bytes")
    demand("read_scenario(source=…)", source, str, "the text that errors call the scenario by")
    decoded = text_of(text, source=source)
    problems = Problems(source, decoded)
    root = root_of(decoded, problems, empty="the file holds no scenario", allowed=SCENARIO_EXAMPLE)
    scenario = _scenario(root, problems, resolve)
    if scenario is None or problems:
        raise problems.error()
    return scenario


def _scenario(root: Node, problems: Problems, resolve: Resolve | None) -> Scenario | None:
    if isinstance(root, Scalar) and not root.text:
        problems.add(root, "empty", "the file holds no scenario", allowed=SCENARIO_EXAMPLE)
        return None
    fields = fields_of(root, problems, keys=KEYS, what="the scenario", example=SCENARIO_EXAMPLE)
    if fields is None:
        return None
    _check_format(fields)
    fields.require("scenario", allowed="a name, like copy-fails-once")
    name = fields.read("scenario", read_slug) or ""
    used = _used(fields, resolve)
    if used is None and "use" in fields:
        return None
    old = used or Scenario(name="", plays=())
    edition = fields.read("edition", read_choice, choices=KNOWN) if "edition" in fields else old.edition
    return Scenario(
        name=name,
        plays=_plays(fields, old, Source(name, edition)),
        edition=edition,
        quirks=fields.read("quirks", read_choice, choices=QUIRKS) if "quirks" in fields else old.quirks,
        title=fields.text("title", old.title) or "",
        careless=fields.text("careless", old.careless) or "",
        tags=_tags(fields, old),
        ends=fields.read("ends", read_choice, choices=states()) if "ends" in fields else old.ends,
    )


def _check_format(fields: Fields) -> None:
    node = fields.require("format", allowed=FORMAT)
    if node is not None and not (isinstance(node, Scalar) and node.text == FORMAT):
        fields.problems.add(node, "bad-format", f"format is {kind_of(node)}", allowed=FORMAT)


def _tags(fields: Fields, old: Scenario) -> tuple[str, ...]:
    node = fields.node("tags")
    if node is None:
        return old.tags
    read, example = functools.partial(read_text, what="a tag"), "a list of words: [retry, timing]"
    return tuple(read_items(node, fields.problems, read, what="tags", example=example))


def _used(fields: Fields, resolve: Resolve | None) -> Scenario | None:
    """The scenario that this one builds on."""
    node, name = fields.node("use"), fields.read("use", read_text, allowed="the name of a scenario")
    if node is None or name is None:
        return None
    if resolve is None:
        wrong = f"use: {quoted(name)} cannot be looked up here"
        fields.problems.add(node, "bad-use", wrong, allowed="a scenario file that stands alone")
        return None
    try:
        return resolve(name)
    except ScenarioError as error:
        count = len(error.problems)
        wrong = f"the scenario {quoted(name)} that is used here has {count} problem{'s' if count > 1 else ''} itself"
        fields.problems.add(node, "bad-use", wrong)
        fields.problems.add_foreign(error.problems)
    except LookupError as error:
        said = str(error.args[0]) if error.args else f"no scenario is called {quoted(name)}"
        fields.problems.add(node, "bad-use", said)
    return None


def _plays(fields: Fields, old: Scenario, source: Source) -> tuple[Play, ...]:
    tasks = fields.node("tasks")
    beside = [key for key in ("task", *PLAY_KEYS) if key in fields]
    if tasks is not None:
        for key in beside:
            fields.refuse(key, f"{key!r} stands beside 'tasks'", allowed=f"{key} inside each of the tasks")
        return tuple(_tasks(tasks, fields, source))
    if len(old.plays) > 1:
        for key in beside:
            wrong = f"{key!r} fits no single one of the {len(old.plays)} tasks that are used"
            fields.refuse(key, wrong, allowed="tasks, which replaces them all")
        return old.plays
    node = fields.node("task")
    example = "{id: 10, name: Release web}"
    task = None if node is None else fields_of(node, fields.problems, keys=TASK_KEYS, what="task", example=example)
    base = Inherited(old.plays[0], fields.key("use")) if old.plays else None
    return (read_play(fields, task, source=dataclasses.replace(source, base=base)),)


def _tasks(node: Node, fields: Fields, source: Source) -> Iterator[Play]:
    example = "a list of tasks: [{id: 10, flow: [Prepare: 2s]}]"
    items = items_of(node, fields.problems, what="tasks", example=example, filled=example)
    seen: dict[str, int] = {}
    for number, item in enumerate(items, 1):
        inner = fields_of(item, fields.problems, keys=(*TASK_KEYS, *PLAY_KEYS), what="a task", example=example)
        if inner is None:
            continue
        play = read_play(inner, inner, source=dataclasses.replace(source, seed=f"{source.seed}:{number}"))
        patterns = play.ids or (_ANY,)
        if _ANY in seen or all(pattern in seen for pattern in patterns):
            first = seen[_ANY if _ANY in seen else patterns[0]]
            wrong = f"this task is never played, task {first} of the list takes its ids"
            fields.problems.add(item, "hidden-task", wrong, allowed="ids of its own; the task for any id comes last")
        for pattern in patterns:
            seen.setdefault(pattern, number)
        yield play


def read_injected_faults(text: str) -> tuple[Fault, ...]:
    """The faults of a link: a JSON or YAML list, as under `faults:`.

    Raises:
        ScenarioError: With all that is wrong with the text.
    """
    problems = Problems("the link's faults", text)
    return tuple(placed.part for placed in _all(read_faults(_root(problems, text), problems), problems))


def read_linked_faults(text: str, frames: Sequence[Frame]) -> tuple[Fault, ...]:
    """The faults that a link names in short, `http:502`, `delay:3s`, `empty`; or as one or a list of `faults:`.

    Raises:
        ScenarioError: With all that is wrong with the text.
    """
    text = text.strip()
    if not text.startswith(("[", "{")):
        kind, _, value = text.partition(":")
        text = f"{{{kind}: {json.dumps(value) if kind == FaultKind.BODY else value.strip() or 'true'}}}"
    if not text.startswith("["):
        text = f"[{text}]"
    problems = Problems("the link's fault", text)
    found = read_faults(_root(problems, text), problems)
    check_broken_fields(found, frames, problems)
    return tuple(placed.part for placed in _all(found, problems))


def read_injected_log(text: str) -> tuple[Entry, ...]:
    """The commands of a link: a JSON or YAML list, as under `events:` with `at:`.

    Raises:
        ScenarioError: With all that is wrong with the text.
    """
    problems = Problems("the link's log", text)
    events = (placed.part for placed in _all(read_events(_root(problems, text), problems), problems))
    return tuple(Entry(at=event.trigger.at or 0, command=event.command) for event in events)


def read_given_faults(body: bytes, frames: Sequence[Frame]) -> tuple[Fault, ...]:
    """The faults of a body `{"faults": […]}` for a task, which plays recorded answers if there are `frames`.

    Raises:
        ScenarioError: With all that is wrong with the body, at its lines and columns.
    """
    problems, node = _given(body, "faults")
    found = read_faults(node, problems)
    check_broken_fields(found, frames, problems)
    return tuple(placed.part for placed in _all(found, problems))


def read_given_commands(body: bytes) -> tuple[Command, ...]:
    """The operations of a body `{"commands": […]}`, which happen now.

    Raises:
        ScenarioError: With all that is wrong with the body, at its lines and columns.
    """
    problems, node = _given(body, "commands")
    return tuple(_all(read_operations(node, problems), problems))


def _given(body: bytes, key: str) -> tuple[Problems, Node]:
    """The value of the one key of a body."""
    text = text_of(body, source="body")
    problems = Problems("body", text)
    fields = fields_of(_root(problems, text), problems, keys=(key,), what="the body", example=f"{{{key}: [...]}}")
    node = None if fields is None else fields.require(key, allowed="[...]")
    if node is None:
        raise problems.error()
    return problems, node


def _root(problems: Problems, text: str) -> Node:
    return root_of(text, problems, empty="the text is empty", allowed="a list")


def _all(found: list[T], problems: Problems) -> list[T]:
    """What was found, unless anything is wrong."""
    if problems:
        raise problems.error()
    return found
