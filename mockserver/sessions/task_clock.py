"""The clock of one task as a test moves it: advance, seek, step, freeze, rewind, restart, faster and slower."""

from __future__ import annotations

import dataclasses
from typing import Any

from taskmock.mockserver.clock import FURTHEST, advance_in_ms, checked_speed, moment_in_ms
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.task_time import ClockMode, TaskTime
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.presenter import Presenter
from taskmock.mockserver.playback.record import Record, RecordKey
from taskmock.mockserver.sessions.seek import END, START, moment_of
from taskmock.mockserver.sessions.seek import SeekError as SeekError
from taskmock.schemas.argument import demand


class NoSpeedError(ValueError):
    """A speed for a clock that time does not move."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is done to a task's clock in one step: it is restarted, or goes somewhere; then its speed; then it stops.

    Of `restart`, `advance`, `set` (both in ms) and `seek` (see `moment_of`) at most one is given. `speed` is how many
    times as fast as time the clock goes from there; `frozen` stops it, or lets it go on.
    """

    restart: bool = False
    advance: int | None = None
    set: int | None = None
    seek: str | None = None
    speed: float | None = None
    frozen: bool | None = None

    @classmethod
    def of(cls, *, advance: float | None = None, set: float | None = None, **more: Any) -> Turn:  # noqa: A002, ANN401
        """A turn with its times in seconds.

        Raises:
            ValueError: They are negative, or beyond `FURTHEST`.
        """
        return cls(
            advance=None if advance is None else advance_in_ms(advance),
            set=None if set is None else moment_in_ms(set),
            **more,
        )

    def done(
        self, record: Record, history: History, presenter: Presenter, now: int, *, faults: tuple[Fault, ...] = ()
    ) -> Record:
        """The record of a task after it; `now` is what the source of time says, `faults` are those of its session.

        Raises:
            MomentNameError: `seek` names no moment.
            NoSpeedError: Polls move the clock.
            SeekError: The moment never comes.
            AddressError: `seek` names no node, or several.
        """
        moments = history.moments
        if self.restart:
            time = record.time.restarted(now)
            record = dataclasses.replace(record, time=time, log=(), faults=faults, spent=(), calls={}, dormant=())
        before = record.time.reading(moments, now)
        moment = self._moment(before, record, history, presenter)
        if moment is not None:
            moment = min(moment, FURTHEST * SECOND)
            spent = () if moment < before else record.spent  # a fault's answers are counted anew
            record = dataclasses.replace(record, time=record.time.moved_to(moment, moments, now), spent=spent)
        return dataclasses.replace(record, time=self._paced(record, history, now))

    def _moment(self, before: int, record: Record, history: History, presenter: Presenter) -> int | None:
        if self.advance is not None:
            return before + self.advance
        if self.set is not None or self.seek is None:
            return self.set
        task = f"{record.key.task_id} of scenario {record.key.scenario}"
        return moment_of(self.seek, presenter, history, before=before, task=task)

    def _paced(self, record: Record, history: History, now: int) -> TaskTime:
        time = record.time
        if self.speed is not None:
            if time.mode is ClockMode.POLLS:
                raise NoSpeedError(f"polls move the clock of task {record.key.task_id}: it has no speed")
            time = time.at_speed(self.speed, history.moments, now)
        if self.frozen is not None:
            time = (time.stopped if self.frozen else time.resumed)(history.moments, now)
        return time


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
        history = self._playback.history(self._playback.record(self._key))
        return tuple(moment / SECOND for moment in history.moments)

    @property
    def speed(self) -> float:
        """How many times as fast as time the clock goes where time moves it."""
        return self._playback.record(self._key).time.speed

    def turn(self, turn: Turn) -> None:
        """Does to the clock what a turn says, all in one step, or nothing.

        Raises:
            MomentNameError, NoSpeedError, SeekError, AddressError: as for `Turn.done`.
        """
        presenter, clock = self._playback.presenter, self._playback.opening.clock
        faults = self._playback.store.plan(self._key.session).faults
        self._playback.change(
            self._key,
            lambda record, playing: (turn.done(record, playing.history, presenter, clock.now(), faults=faults), None),
        )

    def advance(self, seconds: float) -> None:
        """Moves the task on by some seconds.

        Raises:
            ValueError: `seconds` is negative (`set` goes back) or beyond `FURTHEST`.
        """
        self.turn(Turn(advance=advance_in_ms(seconds)))

    def set(self, seconds: float) -> None:
        """Puts the task to a moment, earlier or later, in seconds from its creation.

        Raises:
            ValueError: `seconds` is negative or beyond `FURTHEST`.
        """
        self.turn(Turn(set=moment_in_ms(seconds)))

    def seek(self, moment: str) -> None:
        """Puts the task to a moment by its name: `failed`, `suspended`, `expired`, `Copy B start`, `Copy B end` ….

        Raises:
            MomentNameError: There is no such name.
            SeekError: The moment never comes.
            AddressError: The name's address names no node, or several.
        """
        __tracebackhide__ = True
        demand("seek(moment)", moment, str, "the name of a moment as text")
        self.turn(Turn(seek=moment))

    def next(self) -> None:
        """Moves the task on to the next change of its tree; at the last one it stays."""
        self.turn(Turn(seek="next"))

    def back(self) -> None:
        """Moves the task back to the change of its tree before this one; at the first one it stays."""
        self.turn(Turn(seek="back"))

    def failed(self) -> None:
        """Puts the task to the first moment at which it shows FAILED.

        Raises:
            SeekError: It never does.
        """
        self.turn(Turn(seek="failed"))

    def end(self) -> None:
        """Moves the task on to the last change of its tree; where it is past that it stays."""
        self.turn(Turn(seek=END))

    def rewind(self) -> None:
        """Puts the task back to its creation; what was done to it stays."""
        self.turn(Turn(seek=START))

    def restart(self) -> None:
        """Puts the task back to its creation, and forgets what was done to it."""
        self.turn(Turn(restart=True))

    def freeze(self) -> None:
        """Stops the task's clock where it is; polls do not move it either."""
        self.turn(Turn(frozen=True))

    def run(self) -> None:
        """Lets the task go on from where it is: by time, or by polls where they move it."""
        self.turn(Turn(frozen=False))

    def set_speed(self, speed: float) -> None:
        """Lets the task go so many times as fast as time from where it is.

        Raises:
            ValueError: `speed` is none; or polls move the clock (`NoSpeedError`).
        """
        self.turn(Turn(speed=checked_speed(speed)))
