"""Reads one task's script: for which ids it plays, its flow or frames, its events and faults."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.flow import Flow
from taskmock.mockserver.core.scenario import ON_REQUEST, Event, Frame, Play
from taskmock.mockserver.generation.generator import generate
from taskmock.mockserver.generation.options import MAX_DEPTH, STATES, GenerateError, GenerateOptions
from taskmock.mockserver.scenarios.reader.addresses import check_flow, check_frames
from taskmock.mockserver.scenarios.reader.events import Placed, read_events
from taskmock.mockserver.scenarios.reader.faults import check_broken_fields, read_faults
from taskmock.mockserver.scenarios.reader.fields import Fields, fields_of
from taskmock.mockserver.scenarios.reader.flow import FLOW_EXAMPLE, MOST_STEPS, FlowReader, passes_of
from taskmock.mockserver.scenarios.reader.frames import read_frames
from taskmock.mockserver.scenarios.reader.scalars import read_choice, read_text
from taskmock.mockserver.scenarios.syntax.nodes import Listing, Node, Scalar, is_null
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of

GENERATE_KEYS = ("nodes", "depth", "breadth", "state", "plain")
"""The keys of `generate:`."""

MOST_BREADTH = 1000
"""The most arms of a gateway that `generate:` takes."""

TASK_KEYS = ("id", "name", "root_id")
"""The keys that say which task it is."""


PLAY_KEYS = ("start", "dispatch", "expires", "flow", "generate", "events", "faults", "frames")
"""The keys that say what the task does."""


MOST_PASSES = 100_000
"""How often nodes may be run in all, loops multiplied."""


_TASK_IDS = 'a number, a text, a glob ("1*"), or a list of them'


@dataclasses.dataclass(frozen=True, slots=True)
class Inherited:
    """A script that another scenario or the generator gives, and where in the text `use` or `generate` asks for it."""

    play: Play
    place: Node


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """What a script may build on: another one, and the seed and edition that `generate` draws for."""

    seed: str
    edition: str | None
    base: Inherited | None = None


def read_play(fields: Fields, task: Fields | None, *, source: Source) -> Play:
    """The script of one task: what `fields` says, else what it builds on; `task` holds the keys of the task itself."""
    _refuse_beside(fields)
    base = _generated(fields, source)
    problems, old = fields.problems, base.play if base else Play()
    if base is None and not {"frames", "generate"}.intersection(fields.meant) and "frames" not in fields:
        fields.require("flow", allowed=FLOW_EXAMPLE)
    before = len(problems)
    reader = FlowReader(problems)
    root_id = reader.pinned(task, "root_id") if task else None
    flow = _flow(fields, reader, old)
    frames = _frames(fields, old)
    sure = len(problems) == before and not reader.lost
    if sure:
        reader.refuse_unrunnable(flow, source.edition, otherwise=base.place if base else fields.mapping)
    events, faults = _events_and_faults(fields, base)
    check_broken_fields(faults, frames, problems)
    if frames and "flow" not in fields:
        flow, events = (), []
        check_frames(frames, faults, problems)
    elif not reader.lost:
        check_flow(flow, events, faults, problems, sure=sure)
    return Play(
        ids=_ids(task, old),
        name=task.text("name", old.name) if task else old.name,
        start=_start(fields, old),
        dispatch=fields.duration("dispatch", old.dispatch),
        expires=fields.span("expires", old.expires),
        flow=flow,
        events=tuple(placed.part for placed in events),
        faults=tuple(placed.part for placed in faults),
        frames=frames,
        id=root_id or old.id,
    )


def _events_and_faults(fields: Fields, base: Inherited | None) -> tuple[list[Placed[Event]], list[Placed[Fault]]]:
    """The events and faults of the script, else those of the one that it builds on."""
    events = [Placed(event, base.place, base.place) for event in base.play.events] if base else []
    faults = [Placed(fault, base.place, base.place) for fault in base.play.faults] if base else []
    own_events, own_faults = fields.node("events"), fields.node("faults")
    return (
        events if own_events is None else read_events(own_events, fields.problems),
        faults if own_faults is None else read_faults(own_faults, fields.problems),
    )


def _refuse_beside(fields: Fields) -> None:
    if "frames" in fields:
        for key in ("flow", "generate", "events", "start", "dispatch", "expires"):
            if key in fields:
                wrong = f"{key!r} has no effect beside recorded 'frames'"
                fields.refuse(key, wrong, allowed="frames with faults, or a flow")
    elif "generate" in fields and "flow" in fields:
        fields.refuse("flow", "'flow' stands beside 'generate', which draws one", allowed="flow or generate")


def _generated(fields: Fields, source: Source) -> Inherited | None:
    """The script that `generate:` draws, with ids and faults of the one that the script builds on, else that one."""
    node = fields.node("generate")
    if node is None:
        return source.base
    drawn = _drawn(node, fields.problems, source)
    if drawn is not None and source.base is not None:
        old = source.base.play
        drawn = dataclasses.replace(drawn, ids=old.ids, name=old.name or drawn.name, faults=old.faults, id=old.id)
    return Inherited(drawn or Play(), fields.key("generate"))


def _drawn(node: Node, problems: Problems, source: Source) -> Play | None:
    """The script that a generator's options draw from a seed; None where there can be none (which is noted)."""
    example = "{nodes: 100, depth: 4, state: FAILED}"
    fields = fields_of(node, problems, keys=GENERATE_KEYS, what="generate", example=example)
    if fields is None:
        return None
    before, default = len(problems), GenerateOptions()
    edition = source.edition or default.edition
    options = GenerateOptions(
        nodes=fields.whole("nodes", 1, least=1, most=MOST_STEPS) if "nodes" in fields else None,
        depth=fields.whole("depth", 1, least=1, most=MAX_DEPTH) if "depth" in fields else None,
        breadth=fields.whole("breadth", default.breadth, least=2, most=MOST_BREADTH),
        state=fields.read("state", read_choice, choices=STATES[edition]),
        edition=edition,
        plain=fields.flag("plain"),
    )
    if len(problems) > before:
        return None
    try:
        return generate(source.seed, "", options).scenario.plays[0]
    except GenerateError as error:
        problems.add(node, "bad-wish", str(error))
        return None


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
        fields.refuse("flow", wrong, allowed=f"at most {MOST_PASSES}", code="too-big")
        reader.lost = True
    return flow


def _frames(fields: Fields, old: Play) -> tuple[Frame, ...]:
    node = fields.node("frames")
    if node is not None:
        return read_frames(node, fields.problems)
    return () if "flow" in fields else old.frames


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
