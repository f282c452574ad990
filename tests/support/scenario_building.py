"""Short ways to write pipelines and scenarios in tests. Durations are seconds, as a person would say them."""

from __future__ import annotations

import re

import pytest

from taskmock.mockserver.api.bk_sops.documents.status import PLAYED, document
from taskmock.mockserver.core.command import TASK, Command, Entry, Verb
from taskmock.mockserver.core.engine.engine import Setting
from taskmock.mockserver.core.engine.history import history_of
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.flow import Activity, Arm, Attempt, Branch, BranchKind, Loop, Subprocess
from taskmock.mockserver.core.graph import ROOT, graph_of
from taskmock.mockserver.core.scenario import Event, Play, Trigger

EPOCH = 1_700_000_000_000
KEY = "tests"


def ms(seconds):
    """Whole milliseconds."""
    return round(seconds * 1000)


def act(name, *takes, **more):
    """An activity; each number is a good attempt of that many seconds, each (number, text) a failed one."""
    attempts = tuple(
        Attempt(takes=ms(one[0]), fails=one[1]) if isinstance(one, tuple) else Attempt(takes=ms(one)) for one in takes
    )
    return Activity(name=name, attempts=attempts or (Attempt(),), **more)


def waits(name, **more):
    """An activity that waits for a callback."""
    return Activity(name=name, waits=True, **more)


def sub(name, *flow, **more):
    """A subprocess."""
    return Subprocess(name=name, flow=flow, **more)


def loop(times, *flow, limit=None):
    """A stretch that is passed several times."""
    return Loop(times=times, flow=flow, limit=limit)


def parallel(*arms):
    """A parallel gateway; each arm is a list of steps."""
    made = tuple(Arm(name=str(number), flow=tuple(arm)) for number, arm in enumerate(arms))
    return Branch(kind=BranchKind.PARALLEL, arms=made, take=tuple(arm.name for arm in made))


def exclusive(take, *, id=None, **arms):  # noqa: A002  # the field's own name
    """An exclusive gateway that takes one of its arms, or none."""
    made = tuple(Arm(name=name, flow=tuple(flow)) for name, flow in arms.items())
    return Branch(kind=BranchKind.EXCLUSIVE, arms=made, take=(take,) if take else (), id=id)


def conditional(*take, **arms):
    """A conditional gateway that takes some of its arms."""
    made = tuple(Arm(name=name, flow=tuple(flow)) for name, flow in arms.items())
    return Branch(kind=BranchKind.CONDITIONAL, arms=made, take=take)


def given(at, verb, target=TASK, data=None):
    """A command at a moment, as a line of a log."""
    return Entry(at=ms(at), command=Command(verb=Verb(verb), target=target, data=data))


def scripted(at, verb, target=TASK, data=None):
    """A command at a moment, as an event of a scenario."""
    return Event(trigger=Trigger(at=ms(at)), command=Command(verb=Verb(verb), target=target, data=data))


def play(*flow, **more):
    """A task's script."""
    return Play(flow=flow, **more)


def history(script, *log, edition="v2", key=KEY, quirks=True):
    """All changes of a play in an edition."""
    chosen = PLAYED[edition]
    graph = graph_of(script.flow, name=script.name or "Task", key=key, prefix=chosen.prefix, root_id=script.id)
    setting = Setting(
        start=script.start, dispatch=script.dispatch, dialect=chosen.dialect, quirks=quirks and chosen.served
    )
    return history_of(graph, setting, script.events, log)


def refusal(script, at, verb, target="task", *earlier, edition="v2", data=None):
    """Why a command is refused at a moment, ids left out."""
    with pytest.raises(CommandRefusedError) as caught:
        history(script, *earlier, given(at, verb, target, data), edition=edition)
    return re.sub(r"\b(n[0-9a-f]{31}|[0-9a-f]{32})\b", "ID", caught.value.reason)


def tree(script, at, *log, edition="v2"):
    """The tree of a play at a moment in seconds."""
    return history(script, *log, edition=edition).tree_at(ms(at))


def rendered(played, at, edition="v2", *, key=KEY, **more):
    """The document of a history at a moment in ms."""
    return document(played.tree_at(at), PLAYED[edition], epoch=EPOCH, key=key, **more)


def data(script, at, edition="v2", *log, **more):
    """The document of a play at a moment in seconds."""
    return rendered(history(script, *log, edition=edition), ms(at), edition, **more)


def walk(node):
    """A node of a document and all below it."""
    yield node
    for child in node["children"].values():
        yield from walk(child)


def named(node, name):
    """The one node of a name in a document."""
    (found,) = (inner for inner in walk(node) if inner["name"] == name)
    return found


def label(nodes, index):
    """How tests call a node: by its path; events and gateways by their kind, below their subprocess; or `task`."""
    node = nodes[index]
    if index == ROOT:
        return "task"
    inside = nodes[node.parent].path
    return node.path or (f"{inside} / {node.kind.value}" if inside else node.kind.value)


def rows(shown):
    """The rows of a tree, by the nodes' labels."""
    return {label(shown.graph.nodes, index): row for index, row in shown.rows.items()}


def states(shown):
    """The shown states of a tree, in the order of its rows, by the nodes' labels."""
    return {label(shown.graph.nodes, index): str(shown.states[index]) for index in shown.rows}
