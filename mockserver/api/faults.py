"""What the faults that a call meets make of an API's reply, and of its delivery."""

from __future__ import annotations

import dataclasses
import http
from collections.abc import Callable
from typing import Any

from taskmock.mockserver.core.draw import draw_int
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.http.message import Delivery, Reply
from taskmock.mockserver.playback.poll import Met

_HTML = (("Content-Type", "text/html"),)

Replacement = tuple[Reply, int]
"""A reply, and the code in its envelope (0: it has none)."""


def with_faults(good: Replacement, met: Met, own: Callable[[Fault], Replacement | None]) -> Replacement:
    """The reply to a call after all its faults, in the order in which they stand.

    `own` gives the API's own reply to a fault, None where it has none.
    """
    reply, code = good
    for fault in met.faults:
        replaced = own(fault) or _replaced(fault)
        if replaced is not None:
            other, code = replaced
            reply = dataclasses.replace(other, delivery=reply.delivery)
        delivery = _delivery(reply.delivery, fault, met)
        reply = dataclasses.replace(reply, delivery=delivery)
    return reply, code


def _replaced(fault: Fault) -> Replacement | None:
    """What stands between a client and any API: the page of a proxy, or any other text."""
    value: Any = fault.value
    match fault.kind:
        case FaultKind.HTTP:
            return Reply(value, _HTML, _page(value)), 0
        case FaultKind.BODY:
            return Reply(200, _HTML, str(value).encode("utf-8", "surrogatepass")), 0
        case _:
            return None


def _delivery(delivery: Delivery, fault: Fault, met: Met) -> Delivery:
    value: Any = fault.value
    match fault.kind:
        case FaultKind.DELAY:
            least, most = value if isinstance(value, list) else (value, value)
            drawn = draw_int(least, most, met.key, "delay", met.number)
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
