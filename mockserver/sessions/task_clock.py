"""The clock of one task as a test moves it: advance, seek, step, freeze, rewind, restart."""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Callable, Sequence

from taskmock.mockserver.clock import FURTHEST, advance_in_ms, moment_in_ms
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.graph import ROOT
from taskmock.mockserver.core.state import State
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Playing
from taskmock.mockserver.playback.record import Record, RecordKey


class SeekError(LookupError):
    """A moment that the task never has."""


class TaskClock:
    """The clock of one task. Setting it back keeps all that was done to the task, and gives the same answers again.

    Where polls move the clock, each of these says which change the next poll shows.
    """

    def __init__(self, playback: Playback, key: RecordKey) -> None:
        self._playback = playback
        self._key = key

    @property
    def seconds(self) -> float:
        """How far the task is, in seconds."""
        record = self._playback.record(self._key)
        return self._playback.moment(record, self._playback.history(record)) / SECOND

    @property
    def moments(self) -> tuple[float, ...]:
        """When the tree changes, in seconds; 0 is always the first."""
        return tuple(moment / SECOND for moment in self._history().moments)

    def advance(self, seconds: float) -> None:
        """Moves the task on by some seconds.

        Raises:
            ValueError: `seconds` is negative (`set` goes back) or beyond `FURTHEST`.
        """
        span = advance_in_ms(seconds)
        self._move(lambda moment: moment + span)

    def set(self, seconds: float) -> None:
        """Puts the task to a moment, earlier or later, in seconds from its creation.

        Raises:
            ValueError: `seconds` is negative or beyond `FURTHEST`.
        """
        target = moment_in_ms(seconds)
        self._move(lambda _: target)

    def next(self) -> None:
        """Moves the task on to the next change of its tree; at the last one it stays."""
        moments = self._history().moments
        self._move(lambda moment: next((later for later in moments if later > moment), moment))

    def back(self) -> None:
        """Moves the task back to the change of its tree before this one; at the first one it stays."""
        moments = self._history().moments
        self._move(lambda moment: moments[max(0, bisect.bisect_right(moments, moment) - 2)])

    def failed(self) -> None:
        """Puts the task to the first moment at which it shows FAILED.

        Raises:
            SeekError: It never does.
        """
        history = self._history()
        failed = (moment for moment in history.moments if history.tree_at(moment).states.get(ROOT) is State.FAILED)
        first = next(failed, None)
        if first is None:
            raise SeekError(f"task {self._key.task_id} of scenario {self._key.scenario} never shows FAILED")
        self._move(lambda _: first)

    def end(self) -> None:
        """Moves the task on to the last change of its tree; where it is past that it stays."""
        last = self._history().moments[-1]
        self._move(lambda moment: max(moment, last))

    def rewind(self) -> None:
        """Puts the task back to its creation; what was done to it stays."""
        self._move(lambda _: 0)

    def restart(self) -> None:
        """Puts the task back to its creation, and forgets what was done to it."""

        def restarted(record: Record, _: Sequence[int], now: int) -> Record:
            return dataclasses.replace(record, time=record.time.restarted(now), log=(), faults=(), spent=(), dropped=())

        self._change(restarted)

    def freeze(self) -> None:
        """Stops the task's clock where it is; polls do not move it either."""
        self._change(lambda record, *now: dataclasses.replace(record, time=record.time.stopped(*now)))

    def run(self) -> None:
        """Lets the task go on from where it is: by time, or by polls where they move it."""
        self._change(lambda record, *now: dataclasses.replace(record, time=record.time.resumed(*now)))

    def _history(self) -> History:
        return self._playback.history(self._playback.record(self._key))

    def _move(self, move: Callable[[int], int]) -> None:
        def moved(record: Record, moments: Sequence[int], now: int) -> Record:
            before = record.time.reading(moments, now)
            moment = min(move(before), FURTHEST * SECOND)
            spent = () if moment < before else record.spent  # a fault's answers are counted anew
            return dataclasses.replace(record, time=record.time.moved_to(moment, moments, now), spent=spent)

        self._change(moved)

    def _change(self, update: Callable[[Record, Sequence[int], int], Record]) -> None:
        """Changes the task's record, given the changes of its tree and the time of the server's clock."""

        def changed(record: Record, playing: Playing) -> tuple[Record, None]:
            return update(record, playing.history.moments, self._playback.opening.clock.now()), None

        self._playback.change(self._key, changed)
