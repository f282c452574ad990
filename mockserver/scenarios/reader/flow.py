"""Reads a flow: the list of steps, and the flows inside subprocesses, gateways and loops."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.core.convergence import empty_arm, refusal_of
from taskmock.mockserver.core.flow import Activity, Arm, Branch, Flow, Loop, Step, Subprocess
from taskmock.mockserver.core.plain import BRANCH_WORDS, RESERVED, STEP_WORDS
from taskmock.mockserver.scenarios.reader.activities import (
    KEYS,
    MOST_PASSES,
    activity_of,
    read_activity,
    read_fails,
    read_limit,
)
from taskmock.mockserver.scenarios.reader.branches import ARM, GATEWAYS, BranchNodes, branch_nodes
from taskmock.mockserver.scenarios.reader.fields import Fields, read_items, refuse_full_width
from taskmock.mockserver.scenarios.reader.scalars import read_node_id, read_text
from taskmock.mockserver.scenarios.syntax.nodes import Listing, Mapping, Node, Scalar, quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of
from taskmock.schemas import base_of, closest

MOST_STEPS = 50_000
"""The most steps of one file."""

FLOW_EXAMPLE = "a list of steps: [Prepare: 2s, Copy: 3s]"
"""What a flow looks like."""


RUNNABLE = "a subprocess around the loop, where a gateway's arm has one inside another gateway's arm"
"""What to do about a flow that no engine runs."""


class FlowReader:
    """Reads the flows of one task; `lost` says that some step could not be read, so that names may be missing."""

    def __init__(self, problems: Problems) -> None:
        self.lost = False
        self._problems = problems
        self._pinned: dict[str, Node] = {}
        self._steps = 0
        self._places: dict[int, Node] = {}  # of gateways and loops, by the identity of their steps

    def flow(self, node: Node, *, what: str) -> Flow:
        """The steps of a list; `what` is its name in messages."""
        self.lost = self.lost or not isinstance(node, Listing)
        return tuple(read_items(node, self._problems, self._step, what=what, example=FLOW_EXAMPLE))

    def pinned(self, fields: Fields, key: str = "id") -> str | None:
        """The id that a node is given by the file; each only once."""
        node, found = fields.node(key), fields.read(key, read_node_id)
        if node is None or found is None:
            return None
        if found in self._pinned:
            line = self._problems.place(self._pinned[found].start)[0]
            wrong = f"the id {found!r} is pinned twice, first on line {line}"
            self._problems.add(node, "duplicate-id", wrong, allowed="each id once in a task")
        self._pinned.setdefault(found, node)
        return found

    def refuse_unrunnable(self, flow: Flow, edition: str | None, *, otherwise: Node) -> None:
        """Notes what no engine runs, or that of an edition does not; `otherwise` is the place of steps read elsewhere.

        Of engine 1 that is a gateway that takes an arm without a node: it fails there (measured).
        """
        refusal = refusal_of(flow)
        if refusal is not None:
            kind = refusal.step.kind.value if isinstance(refusal.step, Branch) else "loop"
            wrong = f"no engine runs this {kind}: the validator refuses it ({refusal.reason})"
            place = self._places.get(id(refusal.step), otherwise)
            self._problems.add(place, "refused-flow", wrong, allowed=RUNNABLE)
        empty = empty_arm(flow) if edition is not None and base_of(edition) == "v1" else None
        if empty is not None:
            wrong = f"engine 1 ({edition}) fails at a {empty.kind.value} gateway that takes an arm without a node"
            place = self._places.get(id(empty), otherwise)
            self._problems.add(place, "refused-flow", wrong, allowed="a node in each arm that is taken, or edition: v2")

    def _step(self, node: Node, _: Problems) -> Step | None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            if self._steps == MOST_STEPS + 1:
                self._problems.add(node, "too-big", "the file has too many steps", allowed=f"at most {MOST_STEPS}")
            step = None
        elif isinstance(node, Scalar):
            step = self._bare(node)
        elif isinstance(node, Mapping):
            step = self._mapped(node)
            self._places[id(step)] = node
        else:
            self._problems.add(node, "bad-step", f"a step is {kind_of(node)}", allowed="NAME: 2s, or a step word")
            step = None
        self.lost = self.lost or step is None
        return step

    def _bare(self, node: Scalar) -> Step | None:
        """A name alone: a node with all defaults."""
        if "：" in node.text and refuse_full_width(node, self._problems):
            return None
        name = self._name(node)
        return None if name is None else Activity(name=name)

    def _name(self, node: Scalar, *, key: bool = False) -> str | None:
        if node.text in RESERVED:
            wrong, allowed = f"{node.text!r} is a reserved word", f"{{node: {node.text}, takes: 2s}}"
            self._problems.add(node, "reserved", wrong, allowed=allowed)
            return None
        # A key is always text.
        return read_text(dataclasses.replace(node, plain=node.plain and not key), self._problems, what="a node's name")

    def _mapped(self, node: Mapping) -> Step | None:
        words = {key.text for key, _ in node.entries}
        for word in STEP_WORDS[:-1]:
            # A node may have a key like `loop` in its own mapping, but never a step word as its name.
            if word in words and (word != "loop" or "flow" in words or _is_count(node)):
                return self._worded(word, node)
        if len(node.entries) == 1:
            key, body = node.entries[0]
            name = self._name(key, key=True)
            return None if name is None else self._activity(name, body)
        self._refuse_many(node)
        return None

    def _activity(self, name: str, body: Node) -> Activity:
        if not isinstance(body, Mapping):
            return read_activity(name, body, self._problems)
        if any(key.text == "arms" for key, _ in body.entries):
            wrong = f"'arms' stands in the node {quoted(name)}, which is no gateway"
            meant = closest(name, BRANCH_WORDS)
            self._problems.add(body, "bad-step", wrong, allowed="exclusive or conditional with arms", meant=meant)
            return Activity(name=name)
        fields = Fields(body, self._problems, keys=KEYS, what=f"node {quoted(name)}")
        return activity_of(name, fields, pinned=self.pinned(fields))

    def _refuse_many(self, node: Mapping) -> None:
        names = [key.text for key, _ in node.entries]
        if not names:
            self._problems.add(node, "bad-step", "a step is an empty mapping", allowed="NAME: 2s, or a step word")
            return
        inner = next((key for key, _ in node.entries[1:] if key.text in KEYS), None)
        if inner:
            wrong = f"{inner.text!r} stands beside {quoted(names[0])}, not inside it"
            allowed = f"{{NAME: {{{inner.text}: …}}}}, or more indentation"
            self._problems.add(inner, "bad-step", wrong, allowed=allowed)
            return
        wrong = f"a step has several names: {', '.join(map(quoted, names[:3]))}"
        meant = next(filter(None, (closest(name, STEP_WORDS) for name in names)), "")
        self._problems.add(node, "bad-step", wrong, allowed="one step behind each '- '", meant=meant)

    # -- steps with a word

    def _worded(self, word: str, node: Mapping) -> Step | None:
        keys = {
            "node": ("node", *KEYS),
            "subprocess": ("subprocess", "flow", "id", "fails"),
            "loop": ("loop", "limit", "flow"),
        }
        fields = Fields(node, self._problems, keys=keys.get(word, (word, "id")), what=f"the {word} step")
        match word:
            case "node":
                name = fields.text("node")
                return None if name is None else activity_of(name, fields, pinned=self.pinned(fields))
            case "subprocess":
                return self._subprocess(fields)
            case "loop":
                return self._loop(fields)
            case _:
                return self._branch(word, fields)

    def _subprocess(self, fields: Fields) -> Step | None:
        name = fields.text("subprocess")
        flow = fields.require("flow", allowed=FLOW_EXAMPLE)
        steps = () if flow is None else self.flow(flow, what="flow")
        pinned = self.pinned(fields)
        if name is None:
            return None
        return Subprocess(name=name, flow=steps, fails=read_fails(fields), id=pinned)

    def _loop(self, fields: Fields) -> Step | None:
        flow = fields.require("flow", allowed=FLOW_EXAMPLE)
        if flow is None:
            return None
        times = fields.whole("loop", 1, least=1, most=MOST_PASSES)
        steps = self.flow(flow, what="flow")
        if isinstance(flow, Listing) and not flow.items:
            self._problems.add(flow, "empty", "the flow of a loop is empty", allowed=FLOW_EXAMPLE)
        return Loop(times=times, flow=steps, limit=read_limit(fields))

    def _branch(self, word: str, fields: Fields) -> Step | None:
        body = fields.node(word)
        if isinstance(body, Scalar) and body.text:
            wrong = f"{word!r} is a reserved word, and {kind_of(body)} makes no gateway"
            allowed = f"{{node: {word}, takes: 2s}} for a node of that name, or {GATEWAYS[word]}"
            self._problems.add(body, "reserved", wrong, allowed=allowed)
            return None
        nodes = branch_nodes(word, fields)
        if nodes is None:
            return None
        arms = tuple(self._arm(name, arm, nodes) for name, arm in nodes.arms)
        return Branch(kind=nodes.kind, arms=arms, take=nodes.take, id=self.pinned(fields))

    def _arm(self, name: str, node: Node, nodes: BranchNodes) -> Arm:
        if isinstance(node, Listing):
            return Arm(name=name, flow=self.flow(node, what="an arm"))
        self.lost = True
        if not refuse_full_width(node, self._problems):
            wrong = f"the arm {name!r} of {nodes.kind.value} is {kind_of(node)}, not a list"
            self._problems.add(node, "bad-arm", wrong, allowed=ARM)
        return Arm(name=name, flow=())


def _is_count(node: Mapping) -> bool:
    """Whether a step is `loop: 3` alone, whose flow is missing."""
    (_, body), *others = node.entries
    return not others and isinstance(body, Scalar) and body.text.isdecimal()


def passes_of(flow: Flow) -> int:
    """How often nodes are run in all when every arm is taken: loops multiply."""
    total = 0
    for step in flow:
        match step:
            case Activity():
                total += step.loop
            case Subprocess():
                total += 1 + passes_of(step.flow)
            case Branch():
                total += 2 + sum(passes_of(arm.flow) for arm in step.arms)
            case Loop():
                total += step.times * (1 + passes_of(step.flow))
    return total
