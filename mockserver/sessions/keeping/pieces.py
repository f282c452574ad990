"""What is remembered of sessions as pieces of text and back: a plan by its fields, each task by its record."""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import json
import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol, get_args, get_origin, get_type_hints

from taskmock.contracts.findings.foreign_text import harmless
from taskmock.mockserver.core.errors import ScenarioError
from taskmock.mockserver.core.scenario import PinnedScenario, Scenario
from taskmock.mockserver.playback.record import NO_PLAN, Record, RecordKey, SessionPlan
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.sessions.keeping.codec import Codec, UnreadableError, UnwritableError
from taskmock.mockserver.sessions.keeping.session_file import Part, Rows

LOG = logging.getLogger("taskmock")

RECORD, PLAN, PINNED = "record", "plan", "held"
"""Kinds of parts: a task's record, and what a plan says beside its mappings, of which each field is a kind itself, such
as the one that pins scenarios."""


_TEXT = re.compile('"([^"]*)"')
_LONGEST = 1000  # characters of a warning
_REMOVED = "null"  # what stands on the shelf for a scenario that was taken back


class Shelf(Protocol):
    """What is needed of any catalog: which names it has, and how often the scenario of a name was edited."""

    def __contains__(self, name: str) -> bool: ...

    def edit_of(self, name: str) -> int: ...


class Restored(NamedTuple):
    """What some parts hold; `problems` are those that could not be read."""

    plan: SessionPlan
    records: dict[RecordKey, Record]
    problems: tuple[str, ...]


class Pieces:
    """Writes plans and records as parts, and reads them.

    Scenarios that a session has for itself are written once, by their digest: `scenarios` are the texts that are there
    already, `unwritten` those to be written with the parts. `removed` are names whose scenarios were taken back.
    """

    def __init__(self, shelf: Shelf, scenarios: Mapping[str, str], removed: Collection[str] = ()) -> None:
        self.unwritten: dict[str, str] = {}
        self._shelf = shelf
        self._removed = removed
        self._scenarios = scenarios
        self._stored = set(scenarios)
        self._read_scenario = functools.lru_cache(maxsize=None)(self._read_anew)
        self._codec = Codec({PinnedScenario: (self._write_pinned, self._read_pinned)})

    # -- written

    def record(self, key: RecordKey, record: Record | None) -> Part:
        """A task's record as a part; None: it is gone.

        Raises:
            UnwritableError: It holds what JSON cannot.
        """
        body = None if record is None else self._codec.text(Record, record)
        return Part(RECORD, json.dumps([key.scenario, key.task_id]), body)

    def plan(self, before: SessionPlan, after: SessionPlan) -> Iterator[Part]:
        """The parts of a plan that differ from those of an earlier one.

        Raises:
            UnwritableError: It holds what JSON cannot.
        """
        bare, was = (self._codec.text(SessionPlan, _bare(plan)) for plan in (after, before))
        if bare != was:
            yield Part(PLAN, "", bare)
        for name, (key, value) in _MAPPINGS.items():
            old, new = getattr(before, name), getattr(after, name)
            if old is new:
                continue
            if [one for one in old if one in new] != list(new)[: sum(one in new for one in old)]:
                yield from (Part(name, self._codec.text(key, one), None) for one in old)  # in another order
                old = {}
            yield from (Part(name, self._codec.text(key, one), None) for one in old if one not in new)
            for one, said in new.items():
                if one not in old or old[one] is not said:
                    yield Part(name, self._codec.text(key, one), self._codec.text(value, said))

    def scenario(self, scenario: Scenario) -> str:
        """The digest by which a scenario is found again; its text is one of those to be written, if it is new."""
        digest = scenario.digest
        if digest not in self._stored:
            try:
                text = json.dumps(scenario.as_data(), separators=(",", ":"))
            except (TypeError, ValueError, RecursionError) as error:
                raise UnwritableError(str(error)) from None
            self._stored.add(digest)
            self.unwritten[digest] = text
        return digest

    def shelf(self, scenario: Scenario | None) -> str:
        """What is kept of a name: the scenario that was put, or None for that it is none any more.

        Raises:
            UnwritableError: It holds what JSON cannot.
        """
        return _REMOVED if scenario is None else json.dumps(self.scenario(scenario))

    # -- read

    def shelved(self, rows: Mapping[str, str]) -> Iterator[Scenario]:
        """The scenarios that were put, but those that cannot be read."""
        for name, body in rows.items():
            try:
                if body != _REMOVED:
                    yield self._read_scenario(json.loads(body))
            except (ValueError, TypeError) as error:
                warn(f"the scenario {name} that was put cannot be read: {error}")

    def restored(self, parts: Iterable[Part]) -> Restored:
        """What parts hold; those that cannot be read are left out."""
        fields: dict[str, Any] = {}
        mappings: dict[str, dict[Any, Any]] = {name: {} for name in _MAPPINGS}
        records: dict[RecordKey, Record] = {}
        problems = []
        for kind, key, body in parts:
            try:
                if kind == RECORD:
                    record = self._codec.value(Record, body or "")
                    records[record.key] = record
                elif kind == PLAN:
                    said = self._codec.value(SessionPlan, body or "")
                    fields = {field.name: getattr(said, field.name) for field in dataclasses.fields(said)}
                elif kind in mappings:
                    of_key, of_value = _MAPPINGS[kind]
                    mappings[kind][self._codec.value(of_key, key)] = self._codec.value(of_value, body or "")
                else:
                    raise UnreadableError(f"there is no field {kind!r}")
            except UnreadableError as error:
                problems.append(f"{kind} {key}: {error}")
        held = {task: tuple(filter(None, pins)) for task, pins in mappings[PINNED].items()}
        mappings[PINNED] = {task: pins for task, pins in held.items() if pins}
        plan = SessionPlan(**{**fields, **mappings})
        return Restored(NO_PLAN if plan == NO_PLAN else plan, records, tuple(problems))

    def _read_anew(self, digest: str) -> Scenario:
        """The scenario of a digest.

        Raises:
            UnreadableError: It is not there, or its text is none.
        """
        if digest not in self._scenarios:
            raise UnreadableError(f"the scenario {digest} is not there")
        try:
            return read_scenario(self._scenarios[digest], source=digest)
        except ScenarioError as error:
            raise UnreadableError(str(error)) from None

    def _write_pinned(self, pinned: PinnedScenario) -> object:
        return [pinned.scenario.name, self.scenario(pinned.scenario)]

    def _read_pinned(self, data: object) -> PinnedScenario | None:
        """What a session means by a name that the catalog has lost while no server ran; None for any other name.

        What the catalog has is what the session was given, or a later edit of it, which counts.
        """
        name, digest = data if isinstance(data, list) and len(data) == 2 else (None, None)
        if not isinstance(name, str) or not isinstance(digest, str):
            raise UnreadableError(f"{data!r:.80} stands where the name and the digest of a scenario should")
        if name in self._shelf or name in self._removed or self._shelf.edit_of(name):
            return None
        return PinnedScenario(self._read_scenario(digest), 0)


def removed(rows: Rows) -> set[str]:
    """The names of scenarios that were taken back."""
    return {name for name, body in rows.shelf.items() if body == _REMOVED}


def played_scenarios(rows: Rows) -> dict[str, str]:
    """The scenarios that a session or the shelf names, by their digests."""
    pinned = [part.body or "" for parts in rows.parts.values() for part in parts if part.kind == PINNED]
    named = {said for body in (*pinned, *rows.shelf.values()) for said in _TEXT.findall(body)}
    return {digest: body for digest, body in rows.scenarios.items() if digest in named}


def warn(text: str) -> None:
    """Says something about what is kept, on standard error."""
    LOG.warning("%s", harmless(text[:_LONGEST]))


def _bare(plan: SessionPlan) -> SessionPlan:
    """A plan without its mappings."""
    none: dict[str, Any] = {name: {} for name in _MAPPINGS}
    return dataclasses.replace(plan, **none)


def _mappings() -> dict[str, tuple[Any, Any]]:
    """The fields of a plan that are mappings, with the types of their keys and values."""
    hints = get_type_hints(SessionPlan)
    found = {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is collections.abc.Mapping}
    return {name: (key, value) for name, (key, value) in found.items()}


_MAPPINGS = _mappings()
