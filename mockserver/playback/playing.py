"""What plays for a record, and all that happens: the script of its scenario under the record's log."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple, Protocol

from taskmock.mockserver.core.engine.dialect import Dialect
from taskmock.mockserver.core.engine.engine import Setting
from taskmock.mockserver.core.engine.history import History, history_of
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.graph import AddressError, graph_of
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.playback.creation import CreatedTask
from taskmock.mockserver.playback.record import Record


class EditionFacts(Protocol):
    """What decides how a task plays in an edition of an API.

    `dialect` is that of its engine, `prefix` what ids begin with. `served` is False for an edition that finds a
    task by the id of one of its nodes, as no server does.
    """

    @property
    def name(self) -> str: ...

    @property
    def dialect(self) -> Dialect: ...

    @property
    def prefix(self) -> str: ...

    @property
    def served(self) -> bool: ...


class Playing(NamedTuple):
    """What plays for a record: its script, in an edition, and all that happens; `key` is equal where all of it is.

    `creation` is what a client has made the task with, None if no client has made it.
    """

    key: tuple[object, ...]
    scenario: Scenario
    creation: CreatedTask | None
    play: Play
    edition: EditionFacts
    history: History


def played(record: Record, play: Play, edition: EditionFacts) -> History:
    """All that happens to a record's task under a script and the record's log.

    Raises:
        CommandRefusedError, AddressError: The last entry of the log is none that the script allows.
    """
    name = play.name or record.key.task_id
    graph = graph_of(play.flow, name=name, key=record.draw_key, prefix=edition.prefix, root_id=play.id)
    setting = Setting(start=play.start, dispatch=play.dispatch, dialect=edition.dialect)
    if play.frames:
        return History(graph, edition.dialect, changes=(), frames=play.frames)
    return dataclasses.replace(history_of(graph, setting, play.events, record.log), expires=play.expires)


def followed(record: Record, scenario: Scenario, play: Callable[[Record], Playing]) -> Record:
    """The record under its edited scenario: commands that it does not allow are `dropped`, with the reason.

    `play` plays a record under that scenario; it raises where the last command is not allowed.
    """
    script = scenario.play_for(record.key.task_id)
    log, record = record.log, dataclasses.replace(record, digest=scenario.digest, spent=(), log=())
    for entry in log:
        tried = dataclasses.replace(record, log=(*record.log, entry))
        try:
            if script and script.frames:
                raise CommandRefusedError(entry.command, "recorded answers take no commands")
            play(tried)
        except CommandRefusedError as error:
            record = _without(record, str(error))
        except AddressError as error:
            record = _without(record, f"{entry.command.verb} {entry.command.target}: {error}")
        else:
            record = tried
    return record


def _without(record: Record, reason: str) -> Record:
    return dataclasses.replace(record, dropped=(*record.dropped, reason))
