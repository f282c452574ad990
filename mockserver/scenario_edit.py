"""A task whose scenario is edited while it plays: it stays where it is, and forgets what the new script forbids."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from taskmock.mockserver.graph import AddressError
from taskmock.mockserver.operations import CommandRefusedError
from taskmock.mockserver.record import Record
from taskmock.mockserver.scenario import Scenario
from taskmock.mockserver.timeline import History


def followed(record: Record, scenario: Scenario, history: Callable[[Record], History]) -> Record:
    """The record under its edited scenario: commands that it does not allow are `dropped`, with the reason.

    `history` plays a record under the scenario as it is now; it raises where the last command is not allowed.
    """
    record = dataclasses.replace(record, digest=scenario.digest, spent=())
    play = scenario.play_for(record.key.task_id)
    log, record = record.log, dataclasses.replace(record, log=())
    for entry in log:
        tried = dataclasses.replace(record, log=(*record.log, entry))
        try:
            if play and play.frames:
                raise CommandRefusedError(entry.command, "recorded answers take no commands")
            history(tried)
        except CommandRefusedError as error:
            record = _without(record, str(error))
        except AddressError as error:
            record = _without(record, f"{entry.command.verb} {entry.command.target}: {error}")
        else:
            record = tried
    return record


def _without(record: Record, reason: str) -> Record:
    return dataclasses.replace(record, dropped=(*record.dropped, reason))
