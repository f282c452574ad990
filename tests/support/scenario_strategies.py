"""Hypothesis strategies for scenarios: every part of the grammar, names and texts of any script."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.convergence import empty_arm, refusal_of
from taskmock.mockserver.core.fault import OF_POLLS, OPERATIONS, UNDOING, Bounds, Fault, FaultKind
from taskmock.mockserver.core.flow import (
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
from taskmock.mockserver.core.scenario import Event, Frame, Play, Scenario, Trigger

TRICKY = [
    "yes",
    "on",
    "null",
    "~",
    "1:30",
    "0010",
    "1e3",
    "- a",
    "a: b",
    "a #b",
    "#",
    "*",
    "&x",
    "!t",
    "'",
    '"',
    "{",
    "[a]",
]
TRICKY += [
    "parallel",
    "task",
    "node",
    "loop",
    "none",
    "x" * 2000,
    "a\nb",
    "a\tb",
    "a\u2028b",
    "\ufeff",
    "：",
    "😀",
    "true",
]

texts = st.one_of(
    st.sampled_from(TRICKY),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(lambda text: text.strip()),
)
spans = st.one_of(st.integers(0, 5000), st.integers(0, 31_536_000_000), st.sampled_from([0, 1000, 60_000, 3_600_000]))
numbers = st.one_of(st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False))
data = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
fails = st.one_of(texts, st.dictionaries(texts, data, max_size=3))
attempts = st.builds(Attempt, takes=spans, fails=st.one_of(st.none(), fails))
limits = st.none() | st.integers(1, 1000)
retries = st.builds(AutoRetry, max=st.integers(1, 1000), after=spans)


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    waits = draw(st.booleans())
    tried = (Attempt(takes=draw(spans)),) if waits else tuple(draw(st.lists(attempts, min_size=1, max_size=3)))
    return Activity(
        name=draw(texts),
        attempts=tried,
        waits=waits,
        at_most=draw(st.none() | spans) if waits else None,
        times_out=draw(st.none() | spans),
        auto_retry=draw(st.none() | retries),
        ignored=draw(st.booleans()),
        loop=draw(st.integers(1, 3)),
        limit=draw(limits),
    )


def branches(flows: st.SearchStrategy[Flow]) -> st.SearchStrategy[Branch]:
    @st.composite
    def branch(draw: st.DrawFn) -> Branch:
        kind = draw(st.sampled_from(BranchKind))
        names = draw(
            st.lists(texts.filter(lambda name: name not in {"none", "<<"}), min_size=1, max_size=3, unique=True)
        )
        if kind is BranchKind.PARALLEL and draw(st.booleans()):
            names = [str(number) for number in range(1, len(names) + 1)]
        arms = tuple(Arm(name=name, flow=draw(flows)) for name in names)
        taken = draw(st.lists(st.sampled_from(names), unique=True))
        most = {BranchKind.PARALLEL: names, BranchKind.EXCLUSIVE: taken[:1], BranchKind.CONDITIONAL: taken}
        return Branch(kind=kind, arms=arms, take=tuple(most[kind]))

    return branch()


def flows_of(steps: st.SearchStrategy[Step], *, least: int = 0) -> st.SearchStrategy[Flow]:
    return st.lists(steps, min_size=least, max_size=3).map(tuple)


steps: st.SearchStrategy[Step] = st.recursive(
    activities(),
    lambda inner: st.one_of(
        st.builds(Subprocess, name=texts, flow=flows_of(inner), fails=st.none() | fails),
        branches(flows_of(inner)),
        st.builds(Loop, times=st.integers(1, 3), flow=flows_of(inner, least=1), limit=limits),
    ),
    max_leaves=8,
)

states = st.sampled_from(["CREATED", "RUNNING", "FAILED", "SUSPENDED", "NODE_SUSPENDED", "FINISHED"])
triggers = st.one_of(
    st.builds(Trigger, at=spans),
    st.builds(Trigger, node=st.just(TASK), state=states, times=st.integers(1, 9), after=spans),
)
# Operations on the task are always legal as far as a file tells; those on nodes have their own tests.
events = st.builds(
    Event,
    trigger=triggers,
    command=st.builds(Command, verb=st.sampled_from([Verb.PAUSE, Verb.REVOKE, Verb.START]), target=st.just(TASK)),
)

counts = st.integers(0, 2**31 - 1)
positive = st.integers(1, 1_000_000)
fields = st.sampled_from(["state", "retry", "root_id:", "ex_data"])
types = st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])
values = {
    FaultKind.HTTP: st.integers(200, 599),
    FaultKind.ENVELOPE: st.fixed_dictionaries(
        {"code": st.integers(-(10**9), 10**9), "message": texts}, optional={"data": data}
    ),
    FaultKind.BODY: st.one_of(st.just(""), texts),
    FaultKind.DELAY: st.one_of(spans, st.lists(spans, min_size=2, max_size=2).map(sorted)),
    FaultKind.DRIP: st.fixed_dictionaries({"bytes": positive, "every": spans}),
    FaultKind.TRUNCATE: counts,
    FaultKind.RESET: counts,
    FaultKind.EMPTY: st.none(),
    FaultKind.CONTENT_LENGTH: counts,
    FaultKind.RATE_LIMIT: st.fixed_dictionaries({"limit": positive, "reset": spans}),
    FaultKind.STALE: st.fixed_dictionaries({"for": spans, "workers": st.integers(1, 64)}),
    FaultKind.BREAK: st.one_of(
        st.fixed_dictionaries({"node": st.just(TASK), "drop": fields}),
        st.fixed_dictionaries({"node": st.just(TASK), "state": texts}),
        st.fixed_dictionaries({"node": st.just(TASK), "add": st.dictionaries(texts, data, min_size=1, max_size=2)}),
        st.fixed_dictionaries(
            {"node": st.just(TASK), "rename": st.dictionaries(fields, texts, min_size=1, max_size=2)}
        ),
        st.fixed_dictionaries(
            {"node": st.just(TASK), "retype": st.dictionaries(fields, types, min_size=1, max_size=2)}
        ),
    ),
}
windows = st.lists(spans, min_size=2, max_size=2, unique=True).map(sorted)


@st.composite
def bounds(draw: st.DrawFn, counted: str = "polls") -> Bounds:
    state = draw(st.none() | states)
    since, until = draw(windows) if draw(st.booleans()) else (draw(st.none() | spans), None)
    return Bounds(
        node=TASK if state else None,
        state=state,
        since=since,
        until=until,
        **{counted: tuple(draw(st.lists(positive, max_size=3)))},
        answers=draw(st.none() | positive),
        chance=draw(st.none() | st.integers(1, 1000).map(lambda part: part / 1000)),
    )


of_polls = st.sampled_from(FaultKind).flatmap(
    lambda kind: st.builds(Fault, kind=st.just(kind), value=values[kind], bounds=bounds())
)
of_calls = st.sampled_from(sorted(set(FaultKind) - OF_POLLS)).flatmap(
    lambda kind: st.builds(
        Fault,
        kind=st.just(kind),
        value=values[kind],
        bounds=bounds("calls"),
        on=st.lists(st.sampled_from((OPERATIONS, "operate_node", "get_task_detail")), min_size=1, unique=True).map(
            tuple
        ),
        carried_out=st.sampled_from((None, True, False) if kind in UNDOING else (None, True)),
    )
)
faults = of_polls | of_calls
frames = st.lists(
    st.tuples(spans, st.dictionaries(texts, data, max_size=3)), min_size=1, max_size=3, unique_by=lambda f: f[0]
)
recorded = frames.map(
    lambda pairs: tuple(Frame(at=at, body=body) for at, body in sorted(pairs, key=lambda pair: pair[0]))
)
node_ids = st.none() | st.text("0123456789abcdef", min_size=32, max_size=32)


def plays(ids: st.SearchStrategy[tuple[str, ...]]) -> st.SearchStrategy[Play]:
    common = {"ids": ids, "name": st.none() | texts, "faults": st.lists(faults, max_size=2).map(tuple), "id": node_ids}
    return st.one_of(
        st.builds(
            Play,
            start=st.none() | spans,
            dispatch=spans,
            expires=st.none() | spans,
            flow=flows_of(steps),
            events=st.lists(events, max_size=2).map(tuple),
            **common,
        ),
        st.builds(Play, frames=recorded, **common),
    )


def runnable(flow: Flow, edition: str | None) -> bool:
    """Whether some engine runs a flow, that of the edition too."""
    return refusal_of(flow) is None and not (edition == "v1" and empty_arm(flow))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    patterns = draw(st.lists(st.sampled_from(["10", "1*", "1?", "0010", "abc", "[12]"]), max_size=2, unique=True))
    some = [draw(plays(st.just((pattern,)))) for pattern in patterns]
    last = draw(plays(st.just(()))) if not some or draw(st.booleans()) else None
    edition = draw(st.sampled_from([None, "doc-2019", "v1", "v2"]))
    assume(all(runnable(play.flow, edition) for play in (*some, *([last] if last else []))))
    return Scenario(
        name=draw(st.sampled_from(["demo", "copy-fails-once", "A.b_c", "0"])),
        plays=(*some, *([last] if last else [])),
        edition=edition,
        title=draw(st.one_of(st.just(""), texts)),
        careless=draw(st.one_of(st.just(""), texts)),
        tags=tuple(draw(st.lists(texts, max_size=3))),
        ends=draw(st.none() | states),
    )
