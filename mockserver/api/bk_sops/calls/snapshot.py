"""A task as a call of the API sees it: its record, its history and the moment at which it stands."""

from __future__ import annotations

import dataclasses
import functools

from taskmock.mockserver.api.bk_sops.documents.edition import Edition
from taskmock.mockserver.api.bk_sops.documents.presenter import edition_of
from taskmock.mockserver.api.bk_sops.documents.recorded import RecordedTask, recorded_task
from taskmock.mockserver.core.engine.history import History, Tree
from taskmock.mockserver.core.graph import ROOT
from taskmock.mockserver.core.scenario import Frame
from taskmock.mockserver.core.state import Row, State
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Polled, Query
from taskmock.mockserver.playback.record import CreatedTask, Record


@dataclasses.dataclass(frozen=True)
class TaskSnapshot:
    """One task at a `moment` in ms on its clock; `creation` is what it was made with, None if no client has made it."""

    record: Record
    history: History
    edition: Edition
    moment: int
    creation: CreatedTask | None = None

    @functools.cached_property
    def tree(self) -> Tree:
        """The task's tree; of no use where its history has expired, or is a recorded one."""
        return self.history.tree_at(self.moment)

    @property
    def root(self) -> Row | None:
        """The task's own row; None while it is only created."""
        if self.frame is not None:
            return self._recorded_root(recorded_task(self.frame.body))
        changes = self.history.changes[: self.history.position(self.moment)]
        return next((change.row for change in reversed(changes) if change.node == ROOT), None)

    @property
    def frame(self) -> Frame | None:
        """The recorded answer that holds; None where the task is played."""
        return self.history.frame_at(self.moment)

    @property
    def expired(self) -> bool:
        """Whether the task's history is gone."""
        return self.history.expired_at(self.moment)

    @property
    def name(self) -> str:
        """The task's name."""
        recorded = None if self.frame is None else recorded_task(self.frame.body).name
        return self.history.graph.nodes[ROOT].name if recorded is None else recorded

    def _recorded_root(self, told: RecordedTask) -> Row | None:
        """The row of a task as it was recorded; where it does not say when it started, it did when it was made."""
        if told.state is None or told.state == State.CREATED:
            return None
        state = State(told.state) if told.state in State.__members__ else State.RUNNING
        start, finish = (None if at is None else at - self.record.epoch for at in (told.start, told.finish))
        start = 0 if start is None else start
        return Row(state, start=start, finish=finish, since=start)


def snapshot(polled: Polled) -> TaskSnapshot:
    """A task as a poll, or a call that is no poll, has found it."""
    playing = polled.playing
    return TaskSnapshot(
        polled.record, playing.history, edition_of(playing), polled.reading.moment, creation=playing.creation
    )


def snapshot_of(playback: Playback, query: Query) -> TaskSnapshot:
    """A task where it stands now, or after its latest poll; it need not have been touched before.

    Raises:
        ScenarioNotFoundError, ScenarioError: As for a poll.
    """
    return playback.with_task(query, snapshot)
