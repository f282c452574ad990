"""What is asked about a task, each answer of a live server, decoded once, and what was found of all of them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.envelope import payload_of
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import FINAL
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Violation, clip
from taskmock.contracts.validation.body import BodyError, decoded_object
from taskmock.contracts.verify.transport.exchange import Exchange
from taskmock.schemas.argument import demand


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
        """The task, where the answer has one: what the judge takes for one, be `result` well-formed or not."""
        data = None if self.body is None else payload_of(self.body)
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


_CREDENTIALS = re.compile(
    r"""(?ix) credential | permission | authenticat | authori[sz] | forbidden | sign\s?ature | log[\s-]?in | logged
    | (?:bk|access|login|invalid)[\s_](?:token|ticket) | \btoken\s(?:\w+\s)?(?:invalid|expired)
    | \bapp[\s_]?(?:code|secret)\b | bk_(?:app|username|signature)
    | \u6743\u9650 | \u8ba4\u8bc1 | \u9274\u6743 | \u767b\u5f55 | \u6388\u6743 | \u51ed\u8bc1"""
)
"""Words of refusals about who calls and what they may do, in English and in Chinese."""


def speaks_of_credentials(answer: ReceivedAnswer) -> bool:
    """Whether an answer is about who calls, or about what they may do: by its status, or by the words of a refusal."""
    if answer.exchange.status in {401, 403, 407}:
        return True
    return answer.refusal is not None and _CREDENTIALS.search(str(answer.refusal.message)) is not None


def decoded(number: int, exchange: Exchange) -> ReceivedAnswer:
    """An exchange with its decoded body."""
    if exchange.trouble is not None:
        return ReceivedAnswer(number, exchange, None)
    try:
        return ReceivedAnswer(number, exchange, decoded_object(exchange.body))
    except BodyError as error:
        return ReceivedAnswer(number, exchange, None, error.violation)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One task to be verified: its id, and the parameters of the call besides (`bk_biz_id`, `with_ex_data` …)."""

    task_id: str
    parameters: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Raises: ArgumentError for what is no id, or no parameters."""
        demand("Question(task_id)", self.task_id, str, "a task's id as text")
        demand("Question(parameters)", self.parameters, Mapping, "the parameters of a call by name")

    @property
    def asked(self) -> dict[str, Any]:
        """All parameters of the call, credentials aside."""
        return {**self.parameters, "task_id": self.task_id}


@dataclasses.dataclass(frozen=True, slots=True)
class Sighting:
    """One answer and the task that it is about."""

    question: Question
    seen: ReceivedAnswer


@dataclasses.dataclass(frozen=True, slots=True)
class Verified:
    """What was found of one task: the report, how many polls it took, the last state and the last tree.

    `tree` is the last answer that had a tree, as bytes; None where none had.
    """

    question: Question
    report: Report
    polls: int
    state: str | None
    tree: bytes | None

    @property
    def task_id(self) -> str:
        """The task's id."""
        return self.question.task_id

    @property
    def ok(self) -> bool:
        """Whether the server has kept the contract: no errors, warnings allowed."""
        return self.report.ok
