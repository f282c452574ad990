"""The polls of one task, one after the other, until there is nothing more to be learned."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from taskmock.contracts.verify.answers import ReceivedAnswer, seen
from taskmock.contracts.verify.plan import PATIENCE, Pace, Plan
from taskmock.contracts.verify.target import Target
from taskmock.contracts.verify.transport.exchange import Call, Exchange, Trouble
from taskmock.contracts.verify.transport.request import UnreachableError


class StoppedError(Exception):
    """The run is over before its plan: nobody wants the answers any more."""


class RateLimitedClient:
    """Asks one server at the pace that is allowed; shared by all who ask it.

    Only a server that has never been reached is an error; later on it is a finding.
    """

    def __init__(self, target: Target, rate: float | None) -> None:
        """Raises: TlsError where a certificate's file cannot be used."""
        self.target = target
        self._client = target.client()
        self._pace = Pace(rate)
        self._over = threading.Event()
        self._reached = False

    def ask(self, call: Call) -> Exchange:
        """What comes of a call, when it is its turn.

        Raises:
            UnreachableError: No connection can be made, and none ever could.
            StoppedError: The run is over.
        """
        self.wait(self._pace.delay())
        began = time.monotonic()
        try:
            exchange = self._client.ask(call)
        except UnreachableError as error:
            if not self._reached:
                raise
            now = time.monotonic()
            trouble = Trouble("http.unreachable", f"no connection: {error.reason}")
            return Exchange(call, at=now, seconds=now - began, trouble=trouble)
        self._reached = True
        return exchange

    def wait(self, seconds: float) -> None:
        """Waits; not at all where there is nothing to wait for.

        Raises: StoppedError where the run is over.
        """
        if self._over.wait(seconds) if seconds > 0 else self._over.is_set():
            raise StoppedError

    def stop(self) -> None:
        """Ends the run: whoever waits, or asks from now on, is stopped."""
        self._over.set()


@contextlib.contextmanager
def asking(where: Target | RateLimitedClient, rate: float | None) -> Iterator[RateLimitedClient]:
    """Somebody who asks a server while the block lasts, at most `rate` times a second; one who does already is kept.

    Raises: TlsError where a certificate's file cannot be used.
    """
    if isinstance(where, RateLimitedClient):
        yield where
        return
    asker = RateLimitedClient(where, rate)
    try:
        yield asker
    finally:
        asker.stop()


def polled(asker: RateLimitedClient, call: Call, plan: Plan) -> Iterator[ReceivedAnswer]:
    """Yields the answers of one task as `plan` says; ends earlier where the last `PATIENCE` ones showed no task.

    Raises: UnreachableError, StoppedError, as `Asker.ask`.
    """
    alike, began = 0, time.monotonic()
    before: str | None = ""
    for number in range(1, plan.polls + 1):
        if number > 1:
            asker.wait(began + plan.interval - time.monotonic())
        began = time.monotonic()
        answer = seen(number, asker.ask(call))
        yield answer
        state = answer.state if answer.data is not None else None
        alike, before = alike + 1 if state == before else 1, state
        if state in plan.until or (alike >= PATIENCE and (answer.data is None or state in plan.idle)):
            return
