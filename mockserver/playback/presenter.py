"""What playback must ask of an API, and the state of a node that only both together can tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.graph import ROOT, AddressError
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


def check_fault(presenter: Presenter, history: History, fault: Fault) -> None:
    """Checks that a task has the nodes that a fault is about.

    Raises:
        AddressError: No node, or several, go by an address.
    """
    broken = fault.value["node"] if isinstance(fault.value, dict) and "node" in fault.value else None
    for address in (fault.bounds.node, broken):
        if address is None:
            continue
        if not history.frames:
            history.graph.find(address)
        elif not any(presenter.state(frame.body, address) for frame in history.frames):
            raise AddressError(address, matches=(), closest=())


def states_over(
    presenter: Presenter, history: History, address: str = TASK
) -> Iterator[tuple[int, State | str | None]]:
    """The states that a node (by address) shows, each with the moment from which it does; None: it is not there.

    Raises:
        AddressError: No node, or several, go by that address.
    """
    if history.frames:
        for number, frame in enumerate(history.frames):
            yield frame.at if number else 0, presenter.state(frame.body, address)
        return
    index = history.graph.find(address)
    if index == ROOT:
        yield 0, State.CREATED
    yield from history.states_of(index)
    if history.expires is not None and address == TASK:
        yield history.expires, State.EXPIRED


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
