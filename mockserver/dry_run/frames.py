"""The answers of a scenario without a server, as a client gets them that polls until the last change."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from taskmock.mockserver.api.bk_sops.documents.flags import WHOLE_TASK, Flags, Selection
from taskmock.mockserver.api.bk_sops.documents.presenter import PRESENTER, edition_of
from taskmock.mockserver.api.bk_sops.documents.recorded import recorded_state
from taskmock.mockserver.api.bk_sops.documents.renderer import Rendered, Renderer, data_at
from taskmock.mockserver.api.bk_sops.documents.status import PLAYED
from taskmock.mockserver.api.bk_sops.gateways.esb import ESB
from taskmock.mockserver.api.bk_sops.reply import reply_of
from taskmock.mockserver.clock import EPOCH, WallClock
from taskmock.mockserver.core.fault import REPLACING, Fault, FaultKind
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.core.state import State
from taskmock.mockserver.core.task_time import ClockMode
from taskmock.mockserver.generation.generator import SCENARIO_NAME, generate
from taskmock.mockserver.generation.options import GenerateOptions
from taskmock.mockserver.http.message import Reply
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Polled, Query, played
from taskmock.mockserver.playback.record import DEFAULT_SESSION, TASK_ID, Opening, Record, RecordKey
from taskmock.mockserver.playback.store import MemoryStore
from taskmock.mockserver.scenarios.catalog import Catalog, check_named
from taskmock.mockserver.sessions.session import playable_id
from taskmock.schemas import chosen
from taskmock.schemas.argument import demand

MOST_FRAMES = 100_000
"""The most answers of one scenario; a fault that goes on for more is cut off there."""


STARTED_AT = SECOND
"""When a task that waits to be started is taken to be, in ms: CREATED is seen before."""


NO_PARAMS: Mapping[str, object] = MappingProxyType({})
"""The flags of a client that asks for the tree alone."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlayedFrame:
    """One answer of a scenario.

    `poll` is its number, from 1; `moment` the task's clock in seconds; `body` the decoded answer, or the bytes that a
    client has read where a fault leaves no JSON object; `state` the task's state in the answer, or the one that a
    fault keeps from the client (None where a recorded answer has none); `faults` what the poll has met; `status` the
    HTTP status. `text` is what the client has read of the body, as text; None where it got no answer at all.
    """

    poll: int
    moment: float
    body: dict[str, Any] | bytes
    state: str | None
    faults: tuple[FaultKind, ...] = ()
    status: int = 200
    text: str | None = ""


def frames(
    scenario: str | Path | Scenario,
    edition: str | None = None,
    *,
    seed: str | int = "0",
    task_id: str | None = None,
    faults: bool = True,
    params: Mapping[str, object] = NO_PARAMS,
) -> tuple[PlayedFrame, ...]:
    """The answers of a scenario (a name, a file, or a scenario itself), in the order in which a client gets them.

    The client polls until the last change of the tree, each good poll showing the next one, as with `--clock polls`;
    it also ends at a fault that never ends. Bodies are those of the document's own call. `edition` None is the
    scenario's own; `task_id` None is one that the scenario plays for; without `faults` all answers are good ones.
    `params` are the flags that the client sends, such as `{"with_ex_data": True}`.

    Raises:
        ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
        ValueError: The edition is unknown, or the scenario does not play for the task id.
    """
    check_named("frames(scenario)", scenario)
    demand("frames(seed=…)", seed, str | int, "a text or a whole number")
    demand("frames(task_id=…)", task_id, str | None, "a task's id as text")
    demand("frames(faults=…)", faults, bool, "True or False")
    demand("frames(params=…)", params, Mapping, "the parameters of a call by name")
    taken = scenario if isinstance(scenario, Scenario) else Catalog().take(scenario)
    return tuple(played_frames(taken, edition, seed=str(seed), task_id=task_id, faults=faults, params=params))


def played_frames(
    taken: Scenario,
    edition: str | None = None,
    *,
    seed: str = "0",
    task_id: str | None = None,
    faults: bool = True,
    params: Mapping[str, object] = NO_PARAMS,
) -> Iterator[PlayedFrame]:
    """The same as `frames`, one by one.

    Raises:
        ValueError: The edition is unknown, or the scenario does not play for the task id.
    """
    if not faults:
        plays = tuple(dataclasses.replace(play, faults=()) for play in taken.plays)
        taken = dataclasses.replace(taken, plays=plays)
    wanted = playable_id(taken) if task_id is None else task_id
    if taken.play_for(wanted) is None:
        raise ValueError(f"the scenario {taken.name!r} does not play for the task id {wanted!r}")
    playback, renderer = polled_playback(taken, edition, seed=seed), Renderer()
    query = Query(session=DEFAULT_SESSION, task_id=wanted, selection=Selection(Flags.of(params)))
    for _ in range(MOST_FRAMES):
        polled = playback.poll(query)
        yield frame_of(polled, renderer)
        if polled.record.time.has_shown_all(polled.playing.history.moments) or endless(polled.faults):
            break


def polled_playback(scenario: Scenario, edition: str | None = None, *, seed: str = "0") -> Playback:
    """A playback of one scenario, by itself, whose polls move the clock.

    Raises:
        ValueError: The edition is unknown.
    """
    return Playback(
        opening=Opening(seed=seed, clock=WallClock(), mode=ClockMode.POLLS),
        store=MemoryStore(),
        catalog=Catalog(scenarios=[scenario]),
        presenter=PRESENTER,
        default=scenario.name,
        edition=None if edition is None else chosen("edition", edition, tuple(PLAYED)),
    )


def alone(scenario: Scenario, play: Play) -> Scenario:
    """A scenario of one script, which plays for any task id, and starts at `STARTED_AT` if it waits to be started."""
    start = STARTED_AT if play.waits_to_be_started else play.start
    return dataclasses.replace(scenario, plays=(dataclasses.replace(play, ids=(), start=start),))


def endless(faults: tuple[Fault, ...]) -> bool:
    """Whether one of the faults keeps the tree from a client that only polls moves on: it has no bound that ends."""
    return any(
        fault.kind in REPLACING
        and fault.bounds.answers is None
        and not fault.bounds.polls
        and fault.bounds.chance in {None, 1}
        for fault in faults
    )


def frame_of(polled: Polled, renderer: Renderer) -> PlayedFrame:
    """One answer as a client of the document's own call gets it."""
    rendered = renderer.rendered(polled)
    reply, _ = reply_of(polled, rendered, ESB)
    kinds = tuple(dict.fromkeys(fault.kind for fault in polled.faults))
    wire = _wire(reply)
    body = b"" if wire is None else _read(reply, wire)
    good = rendered.data is not None or rendered.whole is not None
    untouched = good and not {FaultKind.BREAK, *REPLACING}.intersection(kinds)
    return PlayedFrame(
        poll=polled.reading.poll,
        moment=polled.reading.moment / SECOND,
        body=body,
        state=recorded_state(body) if untouched else _state(polled, rendered),
        faults=kinds,
        status=reply.status,
        text=None if wire is None else wire.decode("utf-8", "replace"),
    )


def _wire(reply: Reply) -> bytes | None:
    """The bytes of a body that got through; None where there was no answer."""
    delivery, body = reply.delivery, reply.body
    if delivery.empty or (delivery.reset and delivery.cut is None):
        return None
    lengths = [length for length in (delivery.cut, delivery.content_length) if length is not None]
    return body[: min(lengths)] if lengths else body


def _read(reply: Reply, wire: bytes) -> dict[str, Any] | bytes:
    """What a client can make of a reply of which so much got through: a JSON object, or the bytes."""
    if (reply.delivery.cut, reply.delivery.content_length) != (None, None):
        return wire
    try:
        decoded = json.loads(wire)
    except ValueError:
        return wire
    return decoded if isinstance(decoded, dict) else wire


def _state(polled: Polled, rendered: Rendered) -> str | None:
    """The task's state in the answer as it was before faults changed it."""
    if rendered.whole is not None:
        return recorded_state(json.loads(rendered.whole))
    history, moment = polled.playing.history, polled.reading.moment
    if rendered.data is None:
        return (State.EXPIRED if history.expired_at(moment) else State.CREATED).value
    data = json.loads(rendered.data)
    if any(fault.kind is FaultKind.BREAK for fault in polled.faults):
        data = data_at(polled.record, history, edition_of(polled.playing), moment, rendered.view)
    return recorded_state({"data": data})


def sample(seed: str, options: GenerateOptions) -> bytes:
    """A whole answer as indented JSON: the task that a seed gives, at the moment when it has the state of the options.

    Raises:
        GenerateError: No such tree can be.
        LocaleError: The locale is unknown.
    """
    generated = generate(seed, TASK_ID, options)
    edition, moment = PLAYED[options.edition], generated.moment
    record = sample_record(seed)
    history = played(record, generated.scenario.plays[0], edition)
    body: dict[str, Any] = {"result": True, "data": data_at(record, history, edition, moment, WHOLE_TASK)}
    if edition.served:  # the document's example has no more keys
        body |= {"code": 0, "message": ""}
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def sample_record(seed: str) -> Record:
    """The record of the task that a sample answers for, as no poll has touched it."""
    return Record(key=RecordKey(DEFAULT_SESSION, SCENARIO_NAME, TASK_ID), digest="", seed=seed, epoch=EPOCH)
