"""The polls of one task, one after the other, until there is nothing more to be learned."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from taskmock.contracts.verify.answers import ReceivedAnswer, decoded
from taskmock.contracts.verify.plan import PATIENCE, Pace, Plan
from taskmock.contracts.verify.target import Target
from taskmock.contracts.verify.transport.exchange import Call, Exchange, Trouble
from taskmock.contracts.verify.transport.request import UnreachableError
from taskmock.schemas.argument import demand


class StoppedError(Exception):
    """The run is over before its plan is fulfilled."""


class RateLimitedClient:
    """Asks one server at the allowed rate; the threads of a run share it.

    A server that was never reached is an error; one that was reached before is a finding.
    """

    def __init__(self, target: Target, rate: float | None) -> None:
        """Raises: TlsError where a certificate's file cannot be used."""
        self.target = target
        self._client = target.client()
        self._pace = Pace(rate)
        self._over = threading.Event()
        self._reached = False

    def ask(self, call: Call) -> Exchange:
        """The exchange of a call, made when the rate allows it.

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
        """Waits; returns at once for 0 seconds or less.

        Raises: StoppedError where the run is over.
        """
        if self._over.wait(seconds) if seconds > 0 else self._over.is_set():
            raise StoppedError

    def stop(self) -> None:
        """Ends the run: calls that wait, and later ones, raise StoppedError."""
        self._over.set()


@contextlib.contextmanager
def asking(where: Target | RateLimitedClient, rate: float | None) -> Iterator[RateLimitedClient]:
    """A client that asks a server at most `rate` times a second, stopped after the block; a given client is kept.

    Raises: TlsError where a certificate's file cannot be used.
    """
    if isinstance(where, RateLimitedClient):
        yield where
        return
    demand("asking(rate)", rate, int | float | None, "calls a second as a number")
    demand("verify(where)", where, Target, "a Target, such as Target('http://127.0.0.1:8000')")
    client = RateLimitedClient(where, rate)
    try:
        yield client
    finally:
        client.stop()


def polled(client: RateLimitedClient, call: Call, plan: Plan) -> Iterator[ReceivedAnswer]:
    """Yields the answers of one task as `plan` says; ends earlier where the last `PATIENCE` ones showed no task.

    Raises: UnreachableError, StoppedError, as `RateLimitedClient.ask`.
    """
    alike, began = 0, time.monotonic()
    before: str | None = ""
    for number in range(1, plan.polls + 1):
        if number > 1:
            client.wait(began + plan.interval - time.monotonic())
        began = time.monotonic()
        answer = decoded(number, client.ask(call))
        yield answer
        state = answer.state if answer.data is not None else None
        alike, before = alike + 1 if state == before else 1, state
        if state in plan.until or (alike >= PATIENCE and (answer.data is None or state in plan.idle)):
            return
