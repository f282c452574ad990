"""What a door replies to a poll: the good answer, or what faults make of it and of its delivery."""

from __future__ import annotations

import dataclasses
import http
from collections.abc import Sequence
from typing import Any

from taskmock.mockserver.api.bk_sops.documents.renderer import Rendered
from taskmock.mockserver.api.bk_sops.errors import UNKNOWN, Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.gateways.registry import retold
from taskmock.mockserver.core.draw import draw_int
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.http.message import Delivery, Fields, Reply
from taskmock.mockserver.playback.poll import Polled

_HTML = (("Content-Type", "text/html"),)


def reply_of(polled: Polled, rendered: Rendered, gateway: Gateway, headers: Fields = ()) -> tuple[Reply, int]:
    """The reply to a poll after all its faults, in the order in which they stand, and the code of its envelope.

    The code is 0 where there is a good envelope or none at all. `headers` are those of a good reply.
    """
    reply, code = _good(rendered, gateway, polled.request_id, headers)
    for fault in polled.faults:
        replaced = _replaced(fault, gateway, polled.request_id)
        if replaced is not None:
            other, code = replaced
            reply = dataclasses.replace(other, headers=(*other.headers, *_own(reply)), delivery=reply.delivery)
        delivery = _delivery(reply.delivery, fault, polled)
        reply = dataclasses.replace(reply, delivery=delivery)
    return reply, code


def _good(rendered: Rendered, gateway: Gateway, request_id: str, headers: Fields) -> tuple[Reply, int]:
    if rendered.whole is not None:
        return Reply(200, (*gateway.headers(request_id), *headers), rendered.whole), 0
    if rendered.data is not None:
        return Reply(200, (*gateway.headers(request_id), *headers), gateway.succeed(rendered.data, request_id, "")), 0
    reply, code = _refusal(RefusedError(UNKNOWN, rendered.failure), gateway, request_id)
    return dataclasses.replace(reply, headers=(*reply.headers, *headers)), code


def _refusal(refused: RefusedError, gateway: Gateway, request_id: str) -> tuple[Reply, int]:
    headers = gateway.headers(request_id, refused)
    return Reply(refused.status, headers, gateway.written_refusal(refused, request_id)), gateway.code_of(refused)


def _own(reply: Reply) -> Sequence[tuple[str, str]]:
    """The mock's own headers, which say where a faulty answer comes from as well."""
    return [(name, value) for name, value in reply.headers if name.startswith("X-Mock-")]


def _replaced(fault: Fault, gateway: Gateway, request_id: str) -> tuple[Reply, int] | None:
    value: Any = fault.value
    match fault.kind:
        case FaultKind.HTTP if value in gateway.statuses:
            return _refusal(gateway.refused(gateway.statuses[value]), gateway, request_id)
        case FaultKind.HTTP:
            return Reply(value, _HTML, _page(value)), 0
        case FaultKind.BODY:
            return Reply(200, _HTML, str(value).encode("utf-8", "surrogatepass")), 0
        case FaultKind.ENVELOPE:
            refused = retold(gateway, value["code"], value["message"])
            extra = {name: value[name] for name in ("data", "permission") if name in value}
            return _refusal(refused.with_extra(extra), gateway, request_id)
        case FaultKind.RATE_LIMIT:
            seconds = value["reset"] // SECOND
            refused = gateway.refused(Refusal.RATE_LIMITED, limit=value["limit"], reset=seconds)
            return _refusal(refused, gateway, request_id)
        case _:
            return None


def _delivery(delivery: Delivery, fault: Fault, polled: Polled) -> Delivery:
    value: Any = fault.value
    match fault.kind:
        case FaultKind.DELAY:
            least, most = value if isinstance(value, list) else (value, value)
            drawn = draw_int(least, most, polled.record.draw_key, "delay", polled.reading.poll)
            return dataclasses.replace(delivery, delay=drawn / SECOND)
        case FaultKind.DRIP:
            return dataclasses.replace(delivery, drip=(value["bytes"], value["every"] / SECOND))
        case FaultKind.TRUNCATE:
            return dataclasses.replace(delivery, cut=value)
        case FaultKind.RESET:
            return dataclasses.replace(delivery, reset=True, cut=value or None)
        case FaultKind.EMPTY:
            return dataclasses.replace(delivery, empty=True)
        case FaultKind.CONTENT_LENGTH:
            return dataclasses.replace(delivery, content_length=value)
        case _:
            return delivery


def _page(status: int) -> bytes:
    """The page that a proxy shows for a status."""
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"
    title = f"{status} {phrase}"
    return f"<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n".encode("ascii")
