"""Random pipelines and random operations on them, each pair from a number: the same number, the same pair."""

from __future__ import annotations

import dataclasses
import random

from system.differential.mock import Life
from system.differential.wishes import BROKEN_INPUT
from taskmock.mockserver.core.command import Verb
from taskmock.mockserver.core.convergence import refusal_of
from taskmock.mockserver.core.engine.dialect import V1
from taskmock.mockserver.core.flow import Activity, Arm, Attempt, AutoRetry, Branch, BranchKind, Loop, Subprocess
from taskmock.mockserver.core.graph import ROOT, NodeKind
from taskmock.mockserver.core.scenario import Play

TASK_VERBS = (Verb.START, Verb.PAUSE, Verb.RESUME, Verb.REVOKE)
NODE_VERBS = (
    Verb.PAUSE,
    Verb.RESUME,
    Verb.PAUSE_SUBPROCESS,
    Verb.RESUME_SUBPROCESS,
    Verb.RETRY,
    Verb.SKIP,
    Verb.FORCED_FAIL,
    Verb.CALLBACK,
    Verb.SKIP_EXCLUSIVE,
    Verb.SKIP_CONDITIONAL,
)
KINDS = tuple((verb, True) for verb in TASK_VERBS) + tuple((verb, False) for verb in NODE_VERBS)
"""Every operation: its verb, and whether it is on the task."""

FITTING = {
    (Verb.PAUSE, True): {"RUNNING"},
    (Verb.RESUME, True): {"SUSPENDED"},
    (Verb.REVOKE, True): {"RUNNING", "SUSPENDED"},
    (Verb.PAUSE, False): {"READY", "RUNNING"},
    (Verb.RESUME, False): {"SUSPENDED", "FAILED"},
    (Verb.PAUSE_SUBPROCESS, False): {"RUNNING", "READY"},
    (Verb.RESUME_SUBPROCESS, False): {"SUSPENDED"},
    (Verb.RETRY, False): {"FAILED"},
    (Verb.SKIP, False): {"FAILED"},
    (Verb.FORCED_FAIL, False): {"RUNNING"},
    (Verb.CALLBACK, False): {"RUNNING"},
    (Verb.SKIP_EXCLUSIVE, False): {"FAILED"},
    (Verb.SKIP_CONDITIONAL, False): {"FAILED"},
}
"""The states in which an operation is likely to be accepted."""

OF_KIND = {
    Verb.SKIP_EXCLUSIVE: {NodeKind.EXCLUSIVE},
    Verb.SKIP_CONDITIONAL: {NodeKind.CONDITIONAL},
    Verb.PAUSE_SUBPROCESS: {NodeKind.SUBPROCESS},
    Verb.RESUME_SUBPROCESS: {NodeKind.SUBPROCESS},
}
"""The kinds of node that an operation is meant for, where it is not for all."""


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """One operation: when (ms), what, and on which node; `data` is the callback's, or the numbers of arms."""

    at: int
    verb: Verb
    label: str
    data: object = None


class Chance:
    """Draws the pipeline of one pair; every activity, subprocess and gateway has a name of its own.

    Engine 1 (`one`) has one rerun limit for all, and no subprocess that fails on its inputs.
    """

    def __init__(self, number, *, one=False, dispatch=0):
        self.random = random.Random(number)
        self.one = one
        self.limit = self.random.choice((None, None, 1, 2))
        flow = self.whole()
        while refusal_of(flow):
            flow = self.whole()
        self.script = Play(name="Task", start=None, dispatch=dispatch, flow=flow)

    def whole(self):
        """The flow of a task."""
        self.names = 0
        self.gateways = 0
        self.budget = self.random.randint(2, 12)
        return self.flow(3)

    def flow(self, levels):
        """A stretch of one to three steps."""
        return tuple(self.step(levels) for _ in range(self.random.randint(1, 3)))

    def step(self, levels):
        """One step of any kind."""
        self.budget -= 1
        kinds = ["act"] * 3 + (["sub", "sub", "par", "exc", "con", "loop"] if levels and self.budget > 0 else [])
        match self.random.choice(kinds):
            case "sub":
                broken = self.random.random() < 0.15 and not self.one  # engine 1 goes on with "Error: …"
                fails = BROKEN_INPUT.format("no inputs") if broken else None
                return Subprocess(name=self.name("S"), flow=self.flow(levels - 1), fails=fails)
            case "par":
                arms = [self.flow(levels - 1) for _ in range(self.random.randint(2, 3))]
                return self.branch(BranchKind.PARALLEL, arms, [*"abc"[: len(arms)]])
            case "exc":
                take = self.random.choice(("a", "a", "b", ""))
                return self.branch(BranchKind.EXCLUSIVE, [self.flow(levels - 1), self.arm()], [*take])
            case "con":
                take = self.random.choice(("ac", "a", "abc", ""))
                return self.branch(BranchKind.CONDITIONAL, [self.flow(levels - 1) for _ in "abc"], [*take])
            case "loop":
                limit = self.limit if self.one else self.random.choice((None, None, 1, 2))
                return Loop(times=self.random.randint(1, 4), flow=self.flow(levels - 1), limit=limit)
        return self.activity()

    def branch(self, kind, arms, take):
        """A gateway with its arms, under a pinned id."""
        self.gateways += 1
        named = tuple(Arm(name=name, flow=flow) for name, flow in zip("abc", arms, strict=False))
        return Branch(kind=kind, arms=named, take=tuple(take), id=f"n{self.gateways:031x}")

    def arm(self):
        """An arm without a node, or with a few."""
        return () if self.random.random() < 0.3 else self.flow(0)

    def activity(self):
        """One activity of any kind."""
        more = {"ignored": self.random.random() < 0.1}
        if self.random.random() < 0.15:
            more["times_out"] = self.random.choice((450, 5050))
        if self.random.random() < 0.2:
            more["auto_retry"] = AutoRetry(max=self.random.choice((1, 2)), after=self.random.choice((0, 900)))
        if self.random.random() < 0.1:
            more["retryable"] = False
        if self.random.random() < 0.1:
            more["skippable"] = False
        if self.random.random() < 0.25:
            return Activity(name=self.name("N"), waits=True, **more)
        attempts = [self.attempt(0.35)]
        while self.random.random() < 0.4:
            attempts.append(self.attempt(0.5))
        return Activity(name=self.name("N"), attempts=tuple(attempts), **more)

    def attempt(self, risk):
        """One attempt of an activity."""
        takes = self.random.choice((0, 1000, 1000, 2000, 3000, 1210, 2370))
        return Attempt(takes=takes, fails="failed" if self.random.random() < risk else None)

    def name(self, letter):
        """A name that no other node has."""
        self.names += 1
        return f"{letter}{self.names}"


def drawn(number, dialect, *, operated=True, focus=None, dispatch=0):
    """A script, and operations on it: most of them such that the state of their node asks for them."""
    chance = Chance(number, one=dialect is V1, dispatch=dispatch)
    life = Life(chance.script, dialect)
    draw = chance.random
    if operated and draw.random() < 0.06:
        life.give(wish(life, draw, 0, focus))
    life.give(Operation(0, Verb.START, "task"))
    moment = 0
    for _ in range(draw.randint(1, 12) if operated else 0):
        moment += draw.choice((0, 1, 300, 500, 1000, 1000, 1700, 2500))
        life.give(wish(life, draw, moment, focus))
    return life


def wish(life, draw, moment, focus):
    """The next operation of a life: half of them of the kind in focus, most on a node that asks for it."""
    verb, on_task = focus if focus and draw.random() < 0.4 else draw.choice(KINDS[1:] if draw.random() < 0.9 else KINDS)
    label = "task"
    if not on_task:
        label = fitting(life, draw, moment, verb) if draw.random() < 0.8 else None
        if label is None and draw.random() < 0.75:
            verb, label = asked_for(life, draw, moment) or (verb, None)
        label = label or draw.choice([one for one, node in life.labels.items() if can_say(verb, node)])
    return Operation(moment, verb, label, data_of(verb, draw))


def can_say(verb, node):
    """Whether a scenario can say an operation on a node: the arms of the gateway that closes a loop have no names."""
    skips = verb in {Verb.SKIP_EXCLUSIVE, Verb.SKIP_CONDITIONAL}
    return node.index != ROOT and not (skips and node.kind is NodeKind.AGAIN)


def fitting(life, draw, moment, verb):
    """A node whose state asks for an operation; none where there is none."""
    states, kinds = FITTING[verb, False], OF_KIND.get(verb)
    rows = life.rows_at(moment)
    found = [
        label
        for label, node in life.labels.items()
        if node.index != ROOT
        and (not kinds or node.kind in kinds)
        and (row := rows.get(node.index)) is not None
        and row.state in states
    ]
    return draw.choice(found) if found else None


def asked_for(life, draw, moment):
    """An operation that the state of some node asks for, with that node."""
    verbs = [verb for verb, on_task in FITTING if not on_task]
    draw.shuffle(verbs)
    for verb in verbs:
        label = fitting(life, draw, moment, verb)
        if label:
            return verb, label
    return None


def data_of(verb, draw):
    """What comes with an operation."""
    match verb:
        case Verb.CALLBACK:
            return draw.choice((None, {"result": True}, {"result": False, "ex_data": "no"}))
        case Verb.SKIP_EXCLUSIVE:
            return draw.choice((0, 1))
        case Verb.SKIP_CONDITIONAL:
            return draw.choice(([0], [0, 2], [1], [0, 1, 2]))
    return None
