"""One answer of a live server: decoded, with its number among the polls of its task."""

from __future__ import annotations

import dataclasses
from typing import Any

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import FINAL
from taskmock.contracts.findings.violation import Violation, clip
from taskmock.contracts.validation.body import BodyError, decoded_object
from taskmock.contracts.verify.transport.exchange import Exchange


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """What an answer says whose `result` is false."""

    code: object
    message: object

    def __str__(self) -> str:
        """The code and the words, clipped."""
        return f"code {clip(self.code)}: {clip(self.message)}"


@dataclasses.dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """An exchange, `number` counting from 1; `body` is its decoded answer, `defect` says why it has none."""

    number: int
    exchange: Exchange
    body: dict[str, Any] | None
    defect: Violation | None = None

    @property
    def data(self) -> dict[str, Any] | None:
        """The task, where the answer has one."""
        if self.body is None or self.body.get("result") is not True:
            return None
        data = self.body.get("data")
        return data if isinstance(data, dict) and "state" in data else None

    @property
    def state(self) -> str | None:
        """The task's state, where the answer tells it."""
        state = None if self.data is None else self.data["state"]
        return state if isinstance(state, str) else None

    @property
    def is_final(self) -> bool:
        """Whether the task has come to its end."""
        return self.state in FINAL

    @property
    def refusal(self) -> Refusal | None:
        """What the server refused the call with, if it did."""
        if self.body is None or self.body.get("result") is not False:
            return None
        return Refusal(self.body.get("code"), self.body.get("message"))


def decoded(number: int, exchange: Exchange) -> ReceivedAnswer:
    """An exchange with its decoded body."""
    if exchange.trouble is not None:
        return ReceivedAnswer(number, exchange, None)
    try:
        return ReceivedAnswer(number, exchange, decoded_object(exchange.body))
    except BodyError as error:
        return ReceivedAnswer(number, exchange, None, error.violation)
