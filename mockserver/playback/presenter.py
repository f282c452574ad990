"""What playback must ask of an API, and the state of a node that only both together can tell."""

from __future__ import annotations

from typing import Protocol

from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.graph import ROOT
from taskmock.mockserver.core.state import State
from taskmock.mockserver.playback.poll import EditionFacts, Playing, Query


class Presenter(Protocol):
    """An API as playback knows it; it keeps nothing and changes nothing."""

    @property
    def default_edition(self) -> str:
        """The edition that counts where neither the user nor the scenario names one."""

    def edition(self, name: str) -> EditionFacts:
        """How tasks play in an edition."""

    def state(self, body: object, address: str) -> str | None:
        """The state of the task, or of a node by its id or name, in a recorded answer of any shape; None without."""

    def is_cached(self, playing: Playing, query: Query, moment: int) -> bool:
        """Whether the real server would keep its answer to a query at a moment, and give it again later."""

    def variant(self, playing: Playing, query: Query) -> str:
        """What the real server's answer cache tells a query by from the plain one, "" for that."""


def state_at(presenter: Presenter, history: History, moment: int, address: str = TASK) -> State | str | None:
    """The state that a node (by address) shows at a moment; None where it is not there.

    Raises:
        AddressError: No node, or several, go by that address.
    """
    frame = history.frame_at(moment)
    if frame is not None:
        return presenter.state(frame.body, address)
    if history.expired_at(moment):
        return State.EXPIRED if address == TASK else None
    tree = history.tree_at(moment)
    index = history.graph.find(address)
    return tree.states.get(index, State.CREATED if index == ROOT else None)
