"""What a delivery comes to on the wire: the writes, the pauses and the end, without any socket."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator

from taskmock.mockserver.front.message import Delivery


class Ending(enum.StrEnum):
    """What happens to the connection after the last write."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """The writes of one reply: `delay` before the first and `pause` between two, in seconds."""

    delay: float
    pause: float
    writes: Iterator[bytes]
    ending: Ending


def plan_delivery(head: bytes, body: bytes, delivery: Delivery) -> Plan:
    """How `head` and `body` go out; the writes are sliced as they are asked for."""
    size, pause = delivery.drip or (0, 0.0)
    ending = Ending.RESET if delivery.reset else Ending.CLOSE
    if delivery.empty or (delivery.reset and delivery.cut is None):
        return Plan(delivery.delay, pause, iter(()), ending)
    if delivery.raw is not None:
        return Plan(delivery.delay, pause, _slices(delivery.raw[: delivery.cut], size), ending)
    whole = not delivery.reset and delivery.cut is None and delivery.content_length is None
    return Plan(
        delivery.delay,
        pause,
        _head_first(head, body[: delivery.cut], size),
        Ending.KEEP if whole else ending,
    )


def _head_first(head: bytes, body: bytes, size: int) -> Iterator[bytes]:
    if size > 0:
        yield head
        yield from _slices(body, size)
    else:
        yield head + body


def _slices(data: bytes, size: int) -> Iterator[bytes]:
    if size <= 0:
        yield data
        return
    for start in range(0, len(data), size):
        yield data[start : start + size]
