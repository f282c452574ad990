"""Generates a believable task from a seed, as a scenario that is played like any other."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.draw import draw_choice, draw_int, draw_unit
from taskmock.mockserver.core.flow import (
    SECOND,
    Activity,
    Arm,
    Attempt,
    AutoRetry,
    Branch,
    BranchKind,
    Flow,
    Loop,
    Step,
    Subprocess,
)
from taskmock.mockserver.core.scenario import Event, Play, Scenario, Trigger
from taskmock.mockserver.core.state import State
from taskmock.mockserver.generation.names import pool_for
from taskmock.mockserver.generation.options import (
    ALONE,
    STATES,
    GenerateError,
    GenerateOptions,
    check_options,
    least_nodes,
)

GENERATOR = 1
"""The generator's version: it is part of every draw, so that a seed can be quoted together with it."""

SCENARIO_NAME = "generated"
"""The name of every generated scenario."""
_DISPATCH = 40  # ms between two messages; less in large trees, or messages would be most of their time
_PACE = 4 * SECOND
_LONGEST = 90 * SECOND


@dataclasses.dataclass(frozen=True, slots=True)
class Generated:
    """A generated scenario, and the moment, in ms on the task's clock, at which it is as the options ask."""

    scenario: Scenario
    moment: int


def generate(seed: object, task_id: str, options: GenerateOptions) -> Generated:
    """The task that a seed gives for a task id: the same seed, id and options give the same one in every release.

    Raises:
        GenerateError: No such tree can be (too few nodes for the state or depth, an unknown state).
        LocaleError: The locale is unknown.
    """
    key = f"{GENERATOR}:{seed}:{task_id}"
    nodes = options.nodes if options.nodes is not None else _drawn_nodes(key, options)
    state = _state(key, nodes, options)
    check_options(nodes, state, options)
    return _Builder(key, options, nodes=nodes, state=state).built()


def _drawn_nodes(key: str, options: GenerateOptions) -> int:
    if options.state in ALONE:
        return 1
    return max(least_nodes(options.state or State.FINISHED, options.depth), draw_int(5, 24, key, "nodes"))


def _state(key: str, nodes: int, options: GenerateOptions) -> State | None:
    """The state asked for, or one that fits the size; None is the gap between two messages: only the start event."""
    if options.state is not None:
        if options.state not in STATES[options.edition]:
            allowed = ", ".join(STATES[options.edition])
            raise GenerateError(f"no task of {options.edition} is ever {options.state!r}; allowed: {allowed}")
        return State(options.state)
    if nodes == 1:
        return State.CREATED
    if nodes == 2:
        return None
    fitting = [State.FINISHED] * 3 if nodes >= least_nodes(State.FINISHED, options.depth) else []
    return draw_choice([*fitting, State.FAILED], key, "state")


@dataclasses.dataclass(frozen=True, slots=True)
class _Budget:
    """The nodes to show, the ms and the levels below for a stretch; `open` if the task stops in it.

    `passes` is how often the stretch runs, and so how often each failure in it happens. `in_arm` says that it lies in
    an arm of a gateway, `loops` that it may have a loop: not in an arm of an exclusive gateway that lies in an arm.
    """

    nodes: int
    span: int
    levels: int
    open: bool
    passes: int = 1
    in_arm: bool = False
    loops: bool = True

    def least_deep(self) -> int:
        """The nodes that a step needs to go down all the levels."""
        return 1 + self.levels * (2 if self.open else 3)


class _Builder:
    """Makes steps out of a budget of nodes and time; an open stretch ends in the one node at which the task stops."""

    def __init__(self, key: str, options: GenerateOptions, *, nodes: int, state: State | None) -> None:
        self._key = key
        self._options = options
        self._nodes = nodes
        self._state = state
        self._pool = pool_for(options.locale)
        self._names: dict[str, int] = {}
        self._still = ""

    def built(self) -> Generated:
        key, state, options = self._key, self._state, self._options
        start = 0 if state is None else SECOND * draw_int(1, 3, key, "start")
        span = min(_LONGEST, _PACE * self._nodes)
        name = self._name("task")
        alone = state in ALONE or state is None
        inner = self._nodes - (3 if state is State.FINISHED else 2)
        budget = _Budget(inner, span, (options.depth or min(3, 1 + self._nodes // 8)) - 1, state is not State.FINISHED)
        flow = (self._activity("0", span),) if alone else self._stretch("", budget, exact=options.depth is not None)
        # Messages take time too: one a node at the most, all in a row.
        dispatch = min(_DISPATCH, span // (4 * self._nodes))
        end = start + span * 2 + dispatch * (self._nodes + 2) * 4
        play = Play(name=name, start=start, dispatch=dispatch, flow=flow, events=self._events(start, end))
        moment = {State.CREATED: 0, State.EXPIRED: 0, None: start + dispatch}.get(state, end + 5 * SECOND)
        if state is State.EXPIRED:
            play = dataclasses.replace(play, expires=0)
        return Generated(Scenario(name=SCENARIO_NAME, plays=(play,), edition=options.edition), moment)

    def _events(self, start: int, end: int) -> tuple[Event, ...]:
        """The command that brings the task into its last state, where it does not come there by itself."""
        given = (
            (State.SUSPENDED, end, Command(verb=Verb.PAUSE, target=TASK)),
            (State.REVOKED, end, Command(verb=Verb.REVOKE, target=TASK)),
            (State.NODE_SUSPENDED, start, Command(verb=Verb.PAUSE, target=self._still)),
        )
        return tuple(
            Event(trigger=Trigger(at=at), command=command) for state, at, command in given if state is self._state
        )

    # -- stretches

    def _stretch(self, place: str, budget: _Budget, *, exact: bool = False) -> Flow:
        """Steps that show exactly `budget.nodes` nodes; `exact`: one of them goes down all the levels there are."""
        parts = self._parts(place, budget, exact=exact)
        shares = [size * (0.5 + draw_unit(self._key, place, "share", number)) for number, size in enumerate(parts)]
        steps = []
        for number, size in enumerate(parts):
            last = number == len(parts) - 1
            span = int(budget.span * shares[number] / sum(shares))
            part = dataclasses.replace(budget, nodes=size, span=span, open=budget.open and last)
            steps.append(self._step(f"{place}/{number}", part, deep=exact and last))
        return tuple(steps)

    def _parts(self, place: str, budget: _Budget, *, exact: bool) -> list[int]:
        """How many nodes each step gets; the last one gets what a deep or open step needs."""
        last = budget.least_deep() if exact else 1
        left = budget.nodes - last
        parts: list[int] = []
        while left:
            most = min(left, max(8, budget.nodes // 3)) if budget.levels or left < 60 else min(left, 12)
            single = budget.levels == 0 or draw_unit(self._key, place, "single", len(parts)) < 0.55
            parts.append(1 if single else draw_int(1, most, self._key, place, "part", len(parts)))
            left -= parts[-1]
        grown = draw_int(0, sum(parts) // 2, self._key, place, "last") if not exact else 0
        while grown and parts:  # the last step may have more than the node at which the task stops
            grown -= (taken := min(grown, parts.pop()))
            last += taken
        return [*parts, budget.nodes - sum(parts)]

    def _step(self, place: str, budget: _Budget, *, deep: bool) -> Step:
        if deep and budget.levels:
            return self._subprocess(place, budget, exact=True)
        if budget.nodes == 1 and budget.open:
            return self._still_node(place, budget.span)
        if budget.nodes == 1:
            return self._activity(place, budget.span, passes=budget.passes)
        kinds = []
        if budget.nodes >= (3 if budget.open else 4):
            kinds += ["sub", "par"] if budget.levels else ["par"]
        if budget.nodes >= 3:
            kinds.append("exc")
        if not kinds:
            return self._small(place, budget)
        kind = draw_choice(kinds, self._key, place, "kind")
        if kind == "sub":
            return self._subprocess(place, budget)
        return self._branch(place, budget, parallel=kind == "par")

    def _small(self, place: str, budget: _Budget) -> Step:
        """Two or three nodes that are no gateway and no subprocess: a gateway that still runs, or a loop of one."""
        body = dataclasses.replace(budget, nodes=budget.nodes - 1, levels=0, passes=1)
        if budget.open or not budget.loops:
            return self._exclusive(place, body if budget.open else dataclasses.replace(body, nodes=0))
        body = dataclasses.replace(body, span=budget.span // 2, passes=2 * budget.passes)
        return Loop(times=2, flow=self._stretch(f"{place}.0", body))

    def _subprocess(self, place: str, budget: _Budget, *, exact: bool = False) -> Subprocess:
        inner = _Budget(budget.nodes - (2 if budget.open else 3), budget.span, budget.levels - 1, budget.open)
        return Subprocess(name=self._name(place), flow=self._stretch(place, inner, exact=exact))

    def _branch(self, place: str, budget: _Budget, *, parallel: bool) -> Branch:
        inside = budget.nodes - (1 if budget.open else 2)
        if not parallel:
            return self._exclusive(place, dataclasses.replace(budget, nodes=inside))
        count = draw_int(2, min(self._options.breadth, inside), self._key, place, "arms")
        sizes = [inside // count + (number < inside % count) for number in range(count)]
        still = draw_int(0, count - 1, self._key, place, "still") if budget.open else -1
        arms = []
        for number, size in enumerate(sizes):
            span = int(budget.span * (0.4 + 0.6 * draw_unit(self._key, place, "pace", number)))
            part = _Budget(size, span, budget.levels, number == still, in_arm=True)
            arms.append(Arm(name=str(number + 1), flow=self._stretch(f"{place}.{number}", part)))
        names = tuple(arm.name for arm in arms)
        if draw_unit(self._key, place, "conditional") < 0.25:
            return Branch(kind=BranchKind.CONDITIONAL, arms=(*arms, self._untaken(place)), take=names)
        return Branch(kind=BranchKind.PARALLEL, arms=tuple(arms), take=names)

    def _exclusive(self, place: str, body: _Budget) -> Branch:
        inside = dataclasses.replace(body, in_arm=True, loops=not body.in_arm)
        arm = Arm(name="yes", flow=self._stretch(f"{place}.0", inside) if inside.nodes else ())
        return Branch(kind=BranchKind.EXCLUSIVE, arms=(arm, self._untaken(place)), take=("yes",))

    def _untaken(self, place: str) -> Arm:
        return Arm(name="no", flow=(Activity(name=self._name(f"{place}.no")),))

    # -- leaves

    def _activity(self, place: str, span: int, *, passes: int = 1) -> Activity:
        name, takes = self._name(place), max(1, span)
        luck = 1.0 if self._options.plain or span < SECOND else draw_unit(self._key, place, "spice")
        failed = Attempt(takes=takes // 2, fails=f"{name}: exit code {draw_int(1, 127, self._key, place, 'exit')}")
        if luck < 0.04:
            retry = AutoRetry(max=passes, after=takes // 4)
            return Activity(name=name, attempts=(failed, Attempt(takes=takes // 4)), auto_retry=retry)
        if luck < 0.07:
            return Activity(name=name, attempts=(failed,), ignored=True)
        if luck < 0.10:
            return Activity(name=name, attempts=(Attempt(takes=takes // 2),), loop=2)
        return Activity(name=name, attempts=(Attempt(takes=takes),))

    def _still_node(self, place: str, span: int) -> Activity:
        """The node at which the task stops in its last state."""
        self._still = name = self._name(place)
        if self._state is State.FAILED:
            return Activity(name=name, attempts=(Attempt(takes=max(1, span), fails=f"{name}: exit code 1"),))
        return Activity(name=name, waits=True)

    def _name(self, place: str) -> str:
        """A phrase for a place; one that is taken gets a number, so that every node can be named."""
        phrase = draw_choice(self._pool, self._key, "name", place)
        count = self._names[phrase] = self._names.get(phrase, 0) + 1
        return phrase if count == 1 else f"{phrase} {count}"
