"""Reads one task's script: for which ids it plays, its flow or frames, its events and faults."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.core.flow import Flow
from taskmock.mockserver.core.scenario import ON_REQUEST, Frame, Play
from taskmock.mockserver.generation.generator import generate
from taskmock.mockserver.generation.options import MAX_DEPTH, STATES, GenerateError, GenerateOptions
from taskmock.mockserver.scenarios.reader.addresses import Script, check_flow, check_frames
from taskmock.mockserver.scenarios.reader.events import PlacedEvent, read_events
from taskmock.mockserver.scenarios.reader.faults import PlacedFault, read_faults
from taskmock.mockserver.scenarios.reader.fields import Fields, fields_of
from taskmock.mockserver.scenarios.reader.flow import EXAMPLE, MOST_STEPS, FlowReader, passes_of
from taskmock.mockserver.scenarios.reader.frames import read_frames
from taskmock.mockserver.scenarios.reader.scalars import read_choice, read_text
from taskmock.mockserver.scenarios.syntax.nodes import Listing, Node, Scalar, is_null
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of

KEYS = ("nodes", "depth", "breadth", "state", "plain")
"""What can be wished for."""


GENERATE_EXAMPLE = "{nodes: 100, depth: 4, state: FAILED}"
"""What a wish looks like."""


MOST_BREADTH = 1000
"""The most arms of a gateway that can be wished for."""


def read_generated(fields: Fields, *, seed: str, edition: str | None) -> Play | None:
    """The script that `generate:` draws from a seed; None where it cannot be (which is noted)."""
    node, problems = fields.node("generate"), fields.problems
    wish = None if node is None else fields_of(node, problems, keys=KEYS, what="generate", example=GENERATE_EXAMPLE)
    if node is None or wish is None:
        return None
    before = len(problems)
    wished = _wish(wish, edition or GenerateOptions().edition)
    if len(problems) > before:
        return None
    return _drawn(wished, seed, fields, node)


def _wish(wish: Fields, edition: str) -> GenerateOptions:
    state = wish.node("state")
    return GenerateOptions(
        nodes=_count(wish, "nodes", MOST_STEPS),
        depth=_count(wish, "depth", MAX_DEPTH),
        breadth=wish.whole("breadth", GenerateOptions().breadth, least=2, most=MOST_BREADTH),
        state=None if state is None else read_choice(state, wish.problems, what="state", choices=STATES[edition]),
        edition=edition,
        plain=wish.flag("plain"),
    )


def _count(wish: Fields, key: str, most: int) -> int | None:
    return wish.whole(key, 1, least=1, most=most) if key in wish else None


def _drawn(wish: GenerateOptions, seed: str, fields: Fields, node: Node) -> Play | None:
    try:
        return generate(seed, "", wish).scenario.plays[0]
    except GenerateError as error:
        fields.problems.add(node, "bad-wish", str(error))
        return None


TASK_KEYS = ("id", "name", "root_id")
"""The keys that say which task it is."""


PLAY_KEYS = ("start", "dispatch", "expires", "flow", "generate", "events", "faults", "frames")
"""The keys that say what the task does."""


MOST_PASSES = 100_000
"""How often nodes may be run in all, loops multiplied."""


_TASK_IDS = 'a number, a text, a glob ("1*"), or a list of them'


@dataclasses.dataclass(frozen=True, slots=True)
class Base:
    """A script that another scenario or the generator gave, and where in the text it was asked for."""

    play: Play
    place: Node


@dataclasses.dataclass(frozen=True, slots=True)
class Origin:
    """What a script may build on: another one, and the seed and edition that `generate` draws for."""

    seed: str
    edition: str | None
    base: Base | None = None


def read_play(fields: Fields, task: Fields | None, *, origin: Origin) -> Play:
    """The script of one task: what `fields` says, else what it builds on; `task` holds the keys of the task itself."""
    _refuse_beside(fields)
    base = _generated(fields, origin)
    problems, old = fields.problems, base.play if base else Play()
    _require_flow(fields, base)
    before = len(problems)
    reader = FlowReader(problems)
    root_id = reader.pinned(task, "root_id") if task else None
    flow = _flow(fields, reader, old)
    frames = _frames(fields, old)
    sure = len(problems) == before and not reader.lost
    events, faults = _events(fields, base), _faults(fields, base)
    script = Script(events, faults, sure)
    if frames and "flow" not in fields:
        flow, events = (), []
        check_frames(frames, script, problems)
    elif not reader.lost:
        check_flow(flow, script, problems)
    return Play(
        ids=_ids(task, old),
        name=task.text("name", old.name) if task else old.name,
        start=_start(fields, old),
        dispatch=fields.duration("dispatch", old.dispatch),
        expires=fields.span("expires", old.expires),
        flow=flow,
        events=tuple(placed.event for placed in events),
        faults=tuple(placed.fault for placed in faults),
        frames=frames,
        id=root_id or old.id,
    )


def read_task(node: Node, problems: Problems) -> Fields | None:
    """The fields of `task:`."""
    return fields_of(node, problems, keys=TASK_KEYS, what="task", example="{id: 10, name: Release web}")


def _require_flow(fields: Fields, base: Base | None) -> None:
    if base is None and not {"frames", "generate"}.intersection(fields.meant) and "frames" not in fields:
        fields.require("flow", allowed=EXAMPLE)


def _refuse_beside(fields: Fields) -> None:
    if "frames" in fields:
        for key in ("flow", "generate", "events", "start", "dispatch", "expires"):
            if key in fields:
                wrong = f"{key!r} has no effect beside recorded 'frames'"
                fields.problems.add(fields.key(key), "conflict", wrong, allowed="frames with faults, or a flow")
    elif "generate" in fields and "flow" in fields:
        wrong = "'flow' stands beside 'generate', which draws one"
        fields.problems.add(fields.key("flow"), "conflict", wrong, allowed="flow or generate")


def _generated(fields: Fields, origin: Origin) -> Base | None:
    """What is drawn, in place of the like in what the script builds on."""
    if "generate" not in fields:
        return origin.base
    drawn = read_generated(fields, seed=origin.seed, edition=origin.edition)
    if drawn is None:
        return Base(Play(), fields.key("generate"))
    if origin.base is not None:
        old = origin.base.play
        drawn = dataclasses.replace(drawn, ids=old.ids, name=old.name or drawn.name, faults=old.faults, id=old.id)
    return Base(drawn, fields.key("generate"))


def _start(fields: Fields, old: Play) -> int | None:
    node = fields.node("start")
    if isinstance(node, Scalar) and node.text == ON_REQUEST:
        return None
    if isinstance(node, Scalar) and node.text[:1].isalpha():
        wrong = f"start is {kind_of(node)}"
        fields.problems.add(node, "bad-duration", wrong, allowed=f"a duration (3s), or {ON_REQUEST}", meant=ON_REQUEST)
        return None
    return old.start if node is None else fields.duration("start")


def _flow(fields: Fields, reader: FlowReader, old: Play) -> Flow:
    node = fields.node("flow")
    if node is None:
        return old.flow
    flow = reader.flow(node, what="flow")
    passes = passes_of(flow)
    if passes > MOST_PASSES:
        wrong = f"the flow runs nodes {passes} times in all, its loops multiplied"
        fields.problems.add(fields.key("flow"), "too-big", wrong, allowed=f"at most {MOST_PASSES}")
        reader.lost = True
    return flow


def _frames(fields: Fields, old: Play) -> tuple[Frame, ...]:
    node = fields.node("frames")
    if node is not None:
        return read_frames(node, fields.problems)
    return () if "flow" in fields else old.frames


def _events(fields: Fields, base: Base | None) -> list[PlacedEvent]:
    node = fields.node("events")
    if node is not None:
        return read_events(node, fields.problems)
    if base is None:
        return []
    return [PlacedEvent(event, base.place, base.place) for event in base.play.events]


def _faults(fields: Fields, base: Base | None) -> list[PlacedFault]:
    node = fields.node("faults")
    if node is not None:
        return read_faults(node, fields.problems)
    return [PlacedFault(fault, base.place, base.place) for fault in base.play.faults] if base else []


def _ids(task: Fields | None, old: Play) -> tuple[str, ...]:
    node = task.node("id") if task else None
    if task is None or node is None:
        return old.ids
    if isinstance(node, Listing) and node.items:
        found = [read_text(item, task.problems, what="a task id", allowed=_TASK_IDS) for item in node.items]
        return tuple(dict.fromkeys(text for text in found if text is not None))
    if isinstance(node, Scalar) and node.text.strip() and not is_null(node):
        return (node.text,)
    task.problems.add(node, "bad-task-id", f"the task's id is {kind_of(node)}", allowed=_TASK_IDS)
    return ()
