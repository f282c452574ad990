"""A task of a session, and the commands on it."""

from __future__ import annotations

import json
from collections.abc import Callable

from taskmock.mockserver.core.command import Command, Verb
from taskmock.mockserver.core.engine.traps import names_of
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.graph import AddressError, NodeKind
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.presenter import state_at
from taskmock.mockserver.playback.record import RecordKey
from taskmock.mockserver.sessions.quirk_notice import tell
from taskmock.mockserver.sessions.task_clock import TaskClock
from taskmock.schemas.argument import ArgumentError, demand


class Task:
    """A task that plays: its id, the URL that answers it, its clock, and what can be done to it."""

    def __init__(self, playback: Playback, key: RecordKey, *, address: Callable[[RecordKey], str]) -> None:
        self._playback = playback
        self._key = key
        self.id = key.task_id
        self.scenario = key.scenario
        self._address = address
        self.clock = TaskClock(self._playback, key)
        self.commands = Commands(self._playback, key)

    @property
    def url(self) -> str:
        """The URL that answers it; where the session plays another scenario for its id by now, one with its own."""
        return self._address(self._key)

    @property
    def ends(self) -> str:
        """The state that the task is in when nothing more happens by itself."""
        history = self._playback.history(self._playback.record(self._key))
        return str(state_at(self._playback.presenter, history, history.moments[-1]))


class Commands:
    """What a test may do to the task and its nodes, each at the task's present reading.

    Raises, each of them:
        CommandRefusedError: The task's state does not allow it; nothing has changed.
        AddressError: The address names no node, or several.
        ArgumentError: The address is no text.
    """

    def __init__(self, playback: Playback, key: RecordKey) -> None:
        self._playback = playback
        self._key = key

    def _give(self, verb: Verb, target: str, data: object = None) -> None:
        __tracebackhide__ = True
        _demand_address(verb, target)
        try:
            record = self._playback.command(self._key, Command(verb=verb, target=target, data=data))
        except (CommandRefusedError, AddressError) as error:
            # A test that gives the command is shown its own line, and nothing of what is behind it.
            raise error.with_traceback(None) from None
        tell(names_of(self._playback.sprung(record)), self._key.task_id)

    def _is_subprocess(self, target: str) -> bool:
        graph = self._playback.history(self._playback.record(self._key)).graph
        try:
            return graph.nodes[graph.find(target)].kind is NodeKind.SUBPROCESS
        except AddressError:
            return False  # the command itself says so

    def pause(self, target: str = "task") -> None:
        """Pauses the task, a subprocess that runs, or a node that has yet to begin."""
        __tracebackhide__ = True
        _demand_address(Verb.PAUSE, target)
        self._give(Verb.PAUSE_SUBPROCESS if self._is_subprocess(target) else Verb.PAUSE, target)

    def resume(self, target: str = "task") -> None:
        """Resumes what was paused."""
        __tracebackhide__ = True
        _demand_address(Verb.RESUME, target)
        self._give(Verb.RESUME_SUBPROCESS if self._is_subprocess(target) else Verb.RESUME, target)

    def revoke(self) -> None:
        """Ends the task for good."""
        __tracebackhide__ = True
        self._give(Verb.REVOKE, "task")

    def retry(self, node: str) -> None:
        """Tries a failed node again."""
        __tracebackhide__ = True
        self._give(Verb.RETRY, node)

    def skip(self, node: str) -> None:
        """Goes on behind a failed node."""
        __tracebackhide__ = True
        self._give(Verb.SKIP, node)

    def forced_fail(self, node: str) -> None:
        """Ends a running node: FAILED."""
        __tracebackhide__ = True
        self._give(Verb.FORCED_FAIL, node)

    def callback(self, node: str, *, result: bool = True, ex_data: object = "callback failed") -> None:
        """Calls back to a waiting node, which then succeeds or fails; `ex_data` is what JSON can hold."""
        __tracebackhide__ = True
        demand("callback(result=…)", result, bool, "True or False")
        if not _is_json(ex_data):
            raise ArgumentError(f"callback(ex_data=…) takes what JSON can hold, not {ex_data!r}")
        self._give(Verb.CALLBACK, node, None if result else {"result": False, "ex_data": ex_data})

    def rollback(self, node: str) -> None:
        """Undoes what came after a node, and runs it again."""
        __tracebackhide__ = True
        self._give(Verb.ROLLBACK, node)


def _demand_address(verb: Verb, target: object) -> None:
    __tracebackhide__ = True
    demand(f"{verb}(…)", target, str, "a node's name, path or id as text")


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
