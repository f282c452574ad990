"""The reply of a gateway to a poll: the good answer, or the gateway's words for a fault."""

from __future__ import annotations

import functools
from typing import Any

from taskmock.mockserver.api.bk_sops.documents.renderer import Rendered
from taskmock.mockserver.api.bk_sops.errors import UNKNOWN, Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.gateways.registry import retold
from taskmock.mockserver.api.faults import Replacement, with_faults
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.http.message import Reply
from taskmock.mockserver.playback.poll import Met, Polled
from taskmock.schemas import STATUS


def reply_of(polled: Polled, rendered: Rendered, gateway: Gateway) -> Replacement:
    """The reply to a poll after all its faults, and the code of its envelope (0 for a good one, or for none)."""
    request_id = polled.answer_id
    good = _good(rendered, gateway, request_id)
    return faulty(good, polled.met, STATUS, gateway, request_id) if polled.faults else good


def faulty(good: Replacement, met: Met, name: str, gateway: Gateway, request_id: str) -> Replacement:
    """What the faults that a call of a name meets make of its reply."""
    return with_faults(good, met, functools.partial(_own, name, gateway, request_id))


def refusal_reply(refused: RefusedError, gateway: Gateway, request_id: str) -> Replacement:
    """The reply that refuses a call, and the code that a client sees."""
    headers = gateway.headers(request_id, refused)
    return Reply(refused.status, headers, gateway.written_refusal(refused, request_id)), gateway.code_of(refused)


def _good(rendered: Rendered, gateway: Gateway, request_id: str) -> Replacement:
    if rendered.whole is not None:
        return Reply(200, gateway.headers(request_id), rendered.whole), 0
    if rendered.data is not None:
        return Reply(200, gateway.headers(request_id), gateway.succeed(rendered.data, request_id, "")), 0
    return refusal_reply(RefusedError(UNKNOWN, rendered.failure), gateway, request_id)


def _own(name: str, gateway: Gateway, request_id: str, fault: Fault) -> Replacement | None:
    """What the gateway itself replies where it meets a fault."""
    value: Any = fault.value
    match fault.kind:
        case FaultKind.HTTP if value in gateway.statuses:
            refused = gateway.refused(gateway.statuses[value], operation=name)
        case FaultKind.ENVELOPE:
            refused = retold(gateway, value["code"], value["message"])
            refused.extra = {name: value[name] for name in ("data", "permission") if name in value}
        case FaultKind.RATE_LIMIT:
            refused = gateway.refused(Refusal.RATE_LIMITED, limit=value["limit"], reset=value["reset"] // SECOND)
        case _:
            return None
    return refusal_reply(refused, gateway, request_id)
