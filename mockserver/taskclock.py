"""A hand on one task's clock: advance, set, freeze, and let it run again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.pipeline import SECOND
from taskmock.mockserver.playback import Playback
from taskmock.mockserver.record import Record, RecordKey


class TaskClock:
    """The clock of one task. Setting it back gives the same answers as the first time."""

    def __init__(self, playback: Playback, key: RecordKey) -> None:
        self._playback = playback
        self._key = key

    @property
    def seconds(self) -> float:
        """How far the task is, in seconds."""
        return self._playback.moment(self._record()) / SECOND

    def advance(self, seconds: float) -> None:
        """Moves the task on by some seconds.

        Raises:
            ValueError: `seconds` is negative; `set` goes back.
        """
        if not seconds >= 0:
            raise ValueError(f"a clock advances by 0 seconds or more, not {seconds!r}; set() goes back")
        self._change(lambda moment: moment + round(seconds * SECOND))

    def set(self, seconds: float) -> None:
        """Puts the task to a moment, earlier or later, in seconds from its creation.

        Raises:
            ValueError: `seconds` is negative.
        """
        if not seconds >= 0:
            raise ValueError(f"a clock is set to 0 seconds or more, not {seconds!r}")
        self._change(lambda _: round(seconds * SECOND))

    def next(self) -> None:
        """Moves the task on to the next change of its tree; at the last one it stays."""
        moments = self._playback.history(self._record()).moments
        self._change(lambda moment: next((later for later in moments if later > moment), moment))

    def end(self) -> None:
        """Moves the task on to the last change of its tree."""
        moments = self._playback.history(self._record()).moments
        self._change(lambda moment: max(moment, moments[-1]))

    def freeze(self) -> None:
        """Stops the task's clock where it is."""
        self._change(lambda moment: moment, frozen=True)

    def run(self) -> None:
        """Lets time move the task again, from where it is."""
        self._change(lambda moment: moment, frozen=False)

    def _record(self) -> Record:
        return self._playback.record(self._key)

    def _change(self, move: Callable[[int], int], *, frozen: bool | None = None) -> None:
        playback = self._playback

        def changed(record: Record) -> Record:
            now, moment = playback.opening.clock.now(), move(playback.moment(record))
            stands = record.frozen if frozen is None else frozen
            mode = record.mode if record.mode is ClockMode.WALL else ClockMode.MANUAL
            stands = stands or (mode is ClockMode.MANUAL and frozen is None)
            return dataclasses.replace(record, mode=mode, anchor=now, offset=moment, frozen=stands)

        playback.store.change(self._key, changed)
