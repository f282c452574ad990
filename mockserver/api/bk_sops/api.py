"""The task API of BlueKing Standard OPS: its gateways, who may call, its calls and their answers, joined."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from taskmock.mockserver.api.bk_sops.access.admission import Admission
from taskmock.mockserver.api.bk_sops.access.auth import Auth
from taskmock.mockserver.api.bk_sops.access.holder import AuthHolder
from taskmock.mockserver.api.bk_sops.calls import CALLS, OPERATIONS, STATUS
from taskmock.mockserver.api.bk_sops.calls.call import Answer, ApiCall
from taskmock.mockserver.api.bk_sops.calls.create import check_creation
from taskmock.mockserver.api.bk_sops.calls.operate import CALLS as CHANGING
from taskmock.mockserver.api.bk_sops.calls.parameters import check_parameters
from taskmock.mockserver.api.bk_sops.documents.flags import Flags, Selection
from taskmock.mockserver.api.bk_sops.documents.presenter import PRESENTER
from taskmock.mockserver.api.bk_sops.documents.renderer import CLIPPED, Renderer
from taskmock.mockserver.api.bk_sops.documents.task import CREATION_FIELDS, is_number
from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway, with_more, written
from taskmock.mockserver.api.bk_sops.gateways.registry import gateways_of
from taskmock.mockserver.api.bk_sops.reply import faulty, refusal_reply, reply_of
from taskmock.mockserver.api.bk_sops.request import (
    AUTHORIZATION,
    LONGEST_ID,
    Parameters,
    Place,
    Received,
    plain_number,
    received,
    text_of,
)
from taskmock.mockserver.api.bk_sops.routes import Route, Routes
from taskmock.mockserver.api.protocol import Example, Incoming, Outcome, Prepared, Subject
from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.fault import OPERATIONS as CHANGES
from taskmock.mockserver.core.graph import is_node_id
from taskmock.mockserver.http.message import BrokenCallError, Call, Reply
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Met, PastPoll, Query, UnknownNodeError
from taskmock.mockserver.playback.record import CreatedTask
from taskmock.schemas import ALL

_BROKEN = {413: Refusal.BODY_TOO_LARGE, 500: Refusal.GATEWAY_BROKEN}
_POLL = {"bk_app_code": "app", "bk_app_secret": "secret", "bk_username": "user", "bk_biz_id": "2"}
_EXAMPLE = {"bk_app_code": "a", "bk_app_secret": "b", "bk_username": "c"}


class BkSopsApi:
    """The API as the server knows it (an `Api`).

    `gateway` names the gateway that a server has, `all` for each one with paths of its own. `auth` declares who may
    call, or is a file that does. With `quirks` answers have the real system's flaws.

    Raises:
        ValueError: There is no such gateway.
        AuthError: The file of declarations is broken.
    """

    presenter = PRESENTER
    secrets = frozenset({"bk_app_secret", "bk_token", "access_token", "bk_ticket"})
    notes: Mapping[str, Mapping[str, Any]] = {
        CLIPPED: {"enum": ["true"], "description": "A batch query has taken `children` from the CREATED task."}
    }

    def __init__(self, gateway: str = ALL, *, auth: str | Path | Auth | None = None, quirks: bool = True) -> None:
        self.gateways = gateways_of(gateway)
        self.access = AuthHolder(auth)
        self.quirks = quirks
        self.renderer = Renderer()
        self.example = _example(self.gateways[0])
        self._routes = _routes(gateway)

    def claims(self, path: str) -> bool:
        """Whether a path is one of a call, by any method."""
        return self._routes.matches(path)

    def read(self, incoming: Incoming) -> ReadSopsCall:
        """The call that a path leads to, and the credentials that it shows.

        Raises:
            RefusedError: The path leads to no call, or the credentials cannot be read.
        """
        route = self._routes.route(incoming.call.method, incoming.path)
        request = received(incoming.request, route.in_path)
        return ReadSopsCall(self, incoming, route, request, route.gateway.read_credentials(request))

    def refuse(self, error: Exception, call: Call, path: str) -> Outcome:
        """The refusal in the words of the gateway whose paths are most like a path."""
        gateway = self._routes.gateway_of(path)
        match error:
            case RefusedError():
                refused = error
            case UnknownNodeError():
                refused = gateway.refused(Refusal.NODE_UNKNOWN, operation=STATUS.name, node=error.node_id)
            case BrokenCallError():
                refusal = _BROKEN.get(error.status, Refusal.REQUEST_BROKEN)
                refused = gateway.refused(refusal, reason=str(error))
                refused.status = error.status
            case _:
                refused = gateway.refused(Refusal.REQUEST_BROKEN, reason=str(error))
        return refusal_outcome(refused, gateway, call)

    def poll_url(self, task_id: str) -> str:
        """A call for a task's status at the first gateway."""
        return self.gateways[0].target(STATUS, {**_POLL, "task_id": task_id})

    def openapi(self, edition: str | None) -> dict[str, Any]:
        """The OpenAPI 3.1 document of all calls at the server's gateways."""
        from taskmock.contracts.export.openapi import openapi_document

        return openapi_document(edition or ALL, gateways=tuple(gateway.name for gateway in self.gateways))

    def read_creation(self, playback: Playback, task_id: str, text: str) -> CreatedTask:
        """What a call of `create_task` has made a task with.

        Raises:
            ValueError: No call could have made it.
            ScenarioNotFoundError, ScenarioError: The scenario that it plays cannot be played.
        """
        creation = CreatedTask.read(text, CREATION_FIELDS)
        check_creation(playback, creation)
        if not is_number(task_id):
            raise ValueError(f"{task_id[:80]!r} is no number of a task")
        return creation


@functools.cache
def _routes(gateway: str) -> Routes:
    """The routes of the gateways that a setting opens, the same for all servers of a process."""
    return Routes(gateways_of(gateway), tuple(OPERATIONS.values()))


def _example(gateway: Gateway) -> Example:
    target = gateway.target(STATUS, {**_EXAMPLE, "bk_biz_id": "2", "task_id": "10"})
    header = "" if Place.QUERY in gateway.credentials else f"{AUTHORIZATION}: {json.dumps(_EXAMPLE)}\n"
    return Example("get_task_status of BlueKing Standard OPS", target, header)


def refusal_outcome(refused: RefusedError, gateway: Gateway, call: Call, task_id: str | None = None) -> Outcome:
    """What a gateway answers to a refused call."""
    request_id = draw_hex("refused", call.method, call.target, refused.message)
    reply, code = refusal_reply(refused, gateway, request_id)
    return Outcome(reply, code, refused.message, task_id)


@dataclasses.dataclass(frozen=True, slots=True)
class ReadSopsCall:
    """A call whose path and credentials are known (a `ReadCall`)."""

    api: BkSopsApi
    incoming: Incoming
    route: Route
    received: Received
    credentials: Parameters

    @property
    def subject(self) -> Subject:
        """The call's name, and the ids of the task and of the node that stand in it."""
        try:
            said = self.route.gateway.read_parameters(self.received)
        except RefusedError:
            said = {}
        task_id, node_id = plain_number(text_of(said, "task_id")), text_of(said, "node_id")
        return Subject(self.route.operation.name, task_id[:LONGEST_ID] or None, node_id[:LONGEST_ID] or None)

    def prepare(self, session: str, scenario: str | None) -> Prepared:
        """The call, admitted: its parameters are read once the gateway has let the caller in.

        Raises:
            RefusedError: The caller may not make the call, or a parameter is wrong.
        """
        gateway, operation, playback = self.route.gateway, self.route.operation, self.incoming.playback
        made = playback.store.plan(session).created
        admission = Admission(gateway, self.api.access.auth, playback.opening.clock.now(), made, self.route.by_app)
        caller = admission.caller(self.credentials, operation)
        parameters = {**gateway.read_parameters(self.received), **self.credentials}
        needed = gateway.required_parameters(parameters, operation)
        admission.permit(caller, operation, parameters)
        check_parameters(operation.name, parameters)
        call = ApiCall(
            session=session,
            said=parameters,
            needed=needed,
            scenario=scenario,
            user=caller,
            quirks=self.api.quirks,
            owns=functools.partial(admission.owns, parameters),
            projects=functools.partial(admission.projects, caller),
        )
        if operation is STATUS:
            return PreparedPoll(self.api.renderer, playback, gateway, _poll_query(call))
        return PreparedCall(operation.name, playback, gateway, CALLS[operation.name], call, self.incoming.call)


def _poll_query(call: ApiCall) -> Query:
    """What a call for a status asks: the document lets it name a node in the place of a task."""
    task_id = call.needed["task_id"]
    return Query(
        session=call.session,
        task_id=task_id,
        scenario=call.scenario,
        node_id=task_id if is_node_id(task_id) else None,
        selection=Selection(Flags.of(call.said), call.quirks),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class PreparedPoll:
    """A call for a status (a `Prepared`)."""

    renderer: Renderer
    playback: Playback
    gateway: Gateway
    query: Query

    def answer(self) -> Outcome:
        """The task's tree at this moment, or what faults make of it."""
        polled = self.playback.poll(self.query)
        reply, code = reply_of(polled, self.renderer.rendered(polled), self.gateway)
        return Outcome(reply, code, polled=polled)

    def again(self, past: PastPoll) -> bytes | None:
        """The body that a poll was answered with; None where its scenario is another one by now."""
        polled = self.playback.again(self.query, past)
        return None if polled is None else reply_of(polled, self.renderer.rendered(polled), self.gateway)[0].body


@dataclasses.dataclass(frozen=True, slots=True)
class PreparedCall:
    """Any other call, by its name (a `Prepared`)."""

    name: str
    playback: Playback
    gateway: Gateway
    answerer: Answer
    call: ApiCall
    incoming: Call
    query: None = None

    def answer(self) -> Outcome:
        """The answer of the system behind the gateway, or its refusal."""
        met = self._met()
        if met is None or not met.faults:
            return self._done()
        if any(fault.undoes for fault in met.faults):
            done = Outcome(Reply(200), task_id=self.call.needed["task_id"])
        else:
            done = self._done()
        request_id = draw_hex("met", met.key, met.number)
        reply, code = faulty((done.reply, done.code), met, self.name, self.gateway, request_id)
        faults = tuple(fault.kind.value for fault in met.faults)
        return done._replace(reply=reply, code=code, faults=faults)

    def _met(self) -> Met | None:
        """The faults that the call meets; None for one that is about no task, or about none that can be."""
        task_id = self.call.needed.get("task_id")
        if task_id is None or is_node_id(task_id):
            return None
        words = {self.name, CHANGES} if self.name in CHANGING else {self.name}
        return self.playback.meet(self.call.query(), self.name, frozenset(words))

    def _done(self) -> Outcome:
        """What the call comes to where it meets nothing."""
        gateway, incoming, task_id = self.gateway, self.incoming, self.call.needed.get("task_id")
        try:
            if task_id is not None and is_node_id(task_id):
                raise gateway.refused(Refusal.NODE_UNKNOWN, operation=self.name, node=task_id)
            done = self.answerer(self.playback, self.call)
        except RefusedError as refused:
            return refusal_outcome(refused, gateway, incoming, task_id)
        request_id = draw_hex("done", self.call.session, task_id or "", incoming.target, incoming.body)
        body = with_more(gateway.succeed(written(done.data), request_id, done.message), done.beside)
        reply = Reply(200, gateway.headers(request_id), body)
        _, scenario, task_id = done.key or (None, None, task_id)
        return Outcome(reply, task_id=task_id, scenario=scenario, quirks=done.quirks)

    def again(self, past: PastPoll) -> None:
        """No poll."""
