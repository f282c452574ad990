"""The mock refuses the flows that the real engines' validators refuse, for their reasons, and no others."""

from __future__ import annotations

import random

import pytest

from system.differential.pipelines import Operation
from system.differential.wishes import wish_of
from taskmock.mockserver.core.command import Verb
from taskmock.mockserver.core.convergence import refusal_of
from taskmock.mockserver.core.flow import Activity, Arm, Attempt, Branch, BranchKind, Loop, Subprocess
from taskmock.mockserver.core.graph import graph_of
from taskmock.mockserver.core.scenario import Play

SHARE = {"2": 120, "1": 8}
"""The flows for each engine; about a tenth of them is refused."""


class Crooked:
    """Draws a flow of gateways in gateways, with loops in their arms, and gateways with one arm."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.names = 0
        self.budget = self.random.randint(2, 10)

    def flow(self, levels, least=1):
        """A stretch of up to three steps."""
        return tuple(self.step(levels) for _ in range(self.random.randint(least, 3)))

    def step(self, levels):
        """One step; nothing in it takes time."""
        self.budget -= 1
        self.names += 1
        kinds = ["act"] * 2 + (["sub", "loop", "loop", *BranchKind] if levels and self.budget > 0 else [])
        match self.random.choice(kinds):
            case "act":
                return Activity(name=f"N{self.names}", attempts=(Attempt(takes=0),))
            case "sub":
                return Subprocess(name=f"S{self.names}", flow=self.flow(levels - 1))
            case "loop":
                return Loop(times=1, flow=self.flow(levels - 1))
            case kind:
                names, pinned = "abc"[: self.random.choice((1, 2, 2, 2, 3))], f"n{self.names:031x}"
                least = int(kind is not BranchKind.EXCLUSIVE)  # engine 1 fails where it takes an arm without a node
                arms = tuple(Arm(name=name, flow=self.flow(levels - 1, least)) for name in names)
                take = tuple(names) if kind is BranchKind.PARALLEL else ("a",)
                return Branch(kind=kind, arms=arms, take=take, id=pinned)


def refusals(worker, numbers):
    """What the engine's validator says of each flow, and what the mock says."""
    for number in numbers:
        flow = Crooked(number).flow(4)
        graph, script = graph_of(flow, name="Task", key="flow"), Play(flow=flow)
        played = worker.play(wish_of(graph, script, [Operation(0, Verb.START, "task")]))
        refusal = refusal_of(flow)
        yield number, played.get("refused", ""), refusal.reason if refusal else ""


@pytest.mark.parametrize("engine", SHARE)
def test_flow_is_refused_where_the_engine_refuses_it(engine, workers):
    found = list(refusals(workers(engine), range(SHARE[engine])))

    assert [one for one in found if one[2] not in one[1] or bool(one[1]) != bool(one[2])] == []
    assert len([one for one in found if one[2]]) >= len(found) // 20


def test_engine_1_fails_at_a_gateway_that_takes_an_arm_without_a_node(workers):
    arms = (Arm(name="a", flow=()), Arm(name="b", flow=(Activity(name="A"),)))
    for kind, take, state in [
        (BranchKind.PARALLEL, ("a", "b"), "FAILED"),
        (BranchKind.CONDITIONAL, ("a",), "FAILED"),
        (BranchKind.CONDITIONAL, ("b",), "FINISHED"),
        (BranchKind.EXCLUSIVE, ("a",), "FINISHED"),
    ]:
        gateway = f"n{1:031x}"
        flow = (Branch(kind=kind, arms=arms, take=take, id=gateway),)
        graph = graph_of(flow, name="Task", key="flow")
        played = workers("1").play(wish_of(graph, Play(flow=flow), [Operation(0, Verb.START, "task")]))

        assert {row["id"]: row["state"] for row in played["looks"][-1]["rows"]}[gateway] == state
