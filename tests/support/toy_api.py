"""A second API, as unlike the first one as the seam allows: flat answers, other states, its own refusals and faults.

    GET /jobs/10?user=anna&pin=1234          {"ref": …, "job": "Release", "steps": [{"step": "Copy", "phase": "busy"}]}
    POST /jobs/10/steps/Copy/again           {"ref": …, "again": "Copy"}

A refusal is `{"problem": TEXT, "kind": WORD}` with an HTTP status; its kinds are numbered for the journal.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

from taskmock.mockserver.api.faults import Replacement, with_faults
from taskmock.mockserver.api.protocol import Example, Incoming, Outcome, Prepared, Subject
from taskmock.mockserver.core.command import Command, Verb
from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.engine.dialect import V2, Dialect
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.graph import ROOT, AddressError, NodeKind
from taskmock.mockserver.core.state import State
from taskmock.mockserver.http.message import BrokenCallError, Call, CallRefusedError, Reply
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import PastPoll, Playing, Polled, Query
from taskmock.mockserver.playback.record import CreatedTask
from taskmock.mockserver.server.settings import Settings

KINDS = {"lost": 1, "stranger": 2, "not now": 3, "broken": 4, "slow down": 5}
STATUSES = {"lost": 404, "stranger": 401, "not now": 409, "broken": 400, "slow down": 429}
PHASES = {State.FINISHED: "done", State.RUNNING: "busy", State.FAILED: "stuck", State.READY: "next"}
_PATH = re.compile(r"/jobs/(?P<job>[^/]+)(?:/steps/(?P<step>[^/]+)/again)?")


class ToySettings(Settings):
    """What can be said of a mock of this API."""

    EDITIONS = ("spring", "autumn")
    SESSION_FIELDS = ("user", "pin")


@dataclasses.dataclass(frozen=True)
class ToyEdition:
    """How tasks play in an edition."""

    name: str
    dialect: Dialect = V2
    prefix: str = "s"
    served: bool = True


class ToyPresenter:
    """This API as playback knows it."""

    default_edition = "spring"

    def edition(self, name: str) -> ToyEdition:
        return ToyEdition(name)

    def state(self, body: object, address: str) -> str | None:
        steps = {"task": body} if address == "task" else {step["step"]: step for step in body["steps"]}
        return steps.get(address, {}).get("phase")

    def is_cached(self, playing: Playing, query: Query, moment: int) -> bool:
        return True

    def variant(self, playing: Playing, query: Query) -> str:
        return ""


class ProblemError(CallRefusedError):
    """A refusal of this API."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        super().__init__(text)


class OpenDoor:
    """An API whose callers nobody declares."""

    declared = False

    def shown(self) -> dict[str, object]:
        return {}

    def declare(self, text: bytes) -> None:
        raise ValueError("this API lets everybody in")

    def drop(self) -> None:
        pass


class ToyApi:
    """The API as the server knows it."""

    presenter = ToyPresenter()
    access = OpenDoor()
    secrets = frozenset({"pin"})
    notes: Mapping[str, Mapping[str, Any]] = {}
    example = Example("toy jobs", "/jobs/10?user=me")

    def claims(self, path: str) -> bool:
        return _PATH.fullmatch(path) is not None

    def read(self, incoming: Incoming) -> ReadJobCall:
        found = _PATH.fullmatch(incoming.path)
        if found is None or incoming.call.method != ("POST" if found["step"] else "GET"):
            raise ProblemError("lost", f"there is no {incoming.call.method} {incoming.path}")
        return ReadJobCall(incoming, found["job"], found["step"], incoming.request.args.to_dict())

    def refuse(self, error: Exception, call: Call, path: str) -> Outcome:
        kind = error.kind if isinstance(error, ProblemError) else "broken"
        reply, code = problem(kind, str(error))
        if isinstance(error, BrokenCallError):
            reply = dataclasses.replace(reply, status=error.status)
        return Outcome(reply, code, str(error))

    def poll_url(self, task_id: str) -> str:
        return f"/jobs/{task_id}?user=test"

    def openapi(self, edition: str | None) -> dict[str, Any]:
        return {"openapi": "3.1.0", "tags": [], "paths": {"/jobs/{job}": {}}, "components": {}}

    def read_creation(self, playback: Playback, task_id: str, text: str) -> CreatedTask:
        raise ValueError("clients of this API make no tasks")


@dataclasses.dataclass(frozen=True)
class ReadJobCall:
    """A call whose job, step and credentials are known."""

    incoming: Incoming
    job: str
    step: str | None
    credentials: Mapping[str, str]

    @property
    def subject(self) -> Subject:
        return Subject("again" if self.step else "job", self.job, self.step)

    def prepare(self, session: str, scenario: str | None) -> Prepared:
        if "user" not in self.credentials:
            raise ProblemError("stranger", "say who you are: ?user=NAME")
        query = Query(session=session, task_id=self.job, scenario=scenario)
        if self.step is None:
            return JobPoll(self.incoming.playback, query)
        return Again(self.incoming.playback, query, self.step)


@dataclasses.dataclass(frozen=True)
class JobPoll:
    """A poll of a job."""

    playback: Playback
    query: Query

    def answer(self) -> Outcome:
        polled = self.playback.poll(self.query)
        reply, code = with_faults((sent(200, steps_of(polled)), 0), polled.met, toy_fault)
        return Outcome(reply, code, polled=polled)

    def again(self, past: PastPoll) -> bytes | None:
        polled = self.playback.again(self.query, past)
        return polled and with_faults((sent(200, steps_of(polled)), 0), polled.met, toy_fault)[0].body


@dataclasses.dataclass(frozen=True)
class Again:
    """The one operation: a step that is stuck is tried again."""

    playback: Playback
    job: Query
    step: str
    query = None

    def answer(self) -> Outcome:
        key = self.playback.open(self.job).key
        try:
            self.playback.command(key, Command(verb=Verb.RETRY, target=self.step))
        except (CommandRefusedError, AddressError) as error:
            reply, code = problem("not now", str(error))
            return Outcome(reply, code, str(error), task_id=key.task_id, scenario=key.scenario)
        reply = sent(200, {"ref": draw_hex("again", key.task_id, self.step), "again": self.step})
        return Outcome(reply, task_id=key.task_id, scenario=key.scenario)

    def again(self, past: PastPoll) -> None:
        """No poll."""


def steps_of(polled: Polled) -> dict[str, object]:
    """The answer to a poll: one flat list, in the order in which steps began."""
    tree = polled.playing.history.tree_at(polled.shown)
    nodes = tree.graph.nodes
    activities = [index for index in tree.rows if nodes[index].kind is NodeKind.ACTIVITY]
    steps = [{"step": nodes[index].name, "phase": PHASES.get(tree.states[index], "?")} for index in activities]
    return {"ref": polled.answer_id, "job": nodes[ROOT].name, "steps": steps}


def toy_fault(fault: Fault) -> Replacement | None:
    """What this API itself replies where it meets a fault."""
    value: Any = fault.value
    match fault.kind:
        case FaultKind.ENVELOPE:
            reply, _ = problem("broken", value["message"])
            return reply, value["code"]
        case FaultKind.RATE_LIMIT:
            return problem("slow down", f"no more than {value['limit']} calls")
        case _:
            return None


def problem(kind: str, text: str) -> Replacement:
    """A refusal, and its number."""
    return sent(STATUSES[kind], {"problem": text, "kind": kind}), KINDS[kind]


def sent(status: int, body: object) -> Reply:
    """A reply as this API writes it."""
    return Reply(status, (("Content-Type", "text/json"),), json.dumps(body).encode())
