"""What a smoke task is made of: the file that `--drive` names, checked whole before anything is written."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from taskmock.contracts.contract import Contract
from taskmock.contracts.files import DocumentFileError, read_document
from taskmock.contracts.findings.report import Report, with_findings
from taskmock.contracts.findings.violation import Violation, clip
from taskmock.contracts.findings.wording import guess, kind_of
from taskmock.contracts.verify.answers import Question, ReceivedAnswer, Sighting, Verified
from taskmock.contracts.verify.credentials import PLACEHOLDERS, VARIABLES
from taskmock.contracts.verify.http_rules import judged_exchange
from taskmock.contracts.verify.plan import END, UNTIL_END, Plan
from taskmock.contracts.verify.polling import RateLimitedClient, asking
from taskmock.contracts.verify.run import verify
from taskmock.contracts.verify.target import Target
from taskmock.schemas import load_schema
from taskmock.schemas.argument import demand

CREATE = "create_task"


START = "start_task"


NAME = "taskmock smoke test"
"""What the task is called where the file does not say."""


ENDS = ("FINISHED", "FAILED", "REVOKED")
"""In which states a smoke task may be meant to end."""


_ELSEWHERE = ("bk_biz_id", *VARIABLES)


class SmokeError(ValueError):
    """A file that describes no task; the text has a line for each mistake."""


@dataclasses.dataclass(frozen=True, slots=True)
class Smoke:
    """A task to be made and started: the parameters of `create_task`, and the states in which it may end."""

    parameters: Mapping[str, Any]
    ends: tuple[str, ...] = ENDS[:1]

    def __post_init__(self) -> None:
        """Raises: ArgumentError for what are no parameters, or no states."""
        demand("Smoke(parameters)", self.parameters, Mapping, "the parameters of create_task by name")
        demand("Smoke(ends)", self.ends, list | tuple, "a list of states")


def load_smoke(file: str | os.PathLike[str]) -> Smoke:
    """The smoke task that a JSON or TOML file describes: `template_id`, and what else `create_task` takes; `ends`.

    Raises: SmokeError with everything that is wrong with it.
    """
    demand("load_smoke(file)", file, str | os.PathLike, "the path of a JSON or TOML file")
    try:
        document = read_document(file)
    except DocumentFileError as error:
        raise SmokeError(str(error)) from None
    mistakes = list(_mistakes(document))
    if mistakes or not isinstance(document, dict):
        raise SmokeError("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    ends = document.pop("ends", ENDS[0])
    return Smoke({"name": NAME, **document}, (ends,) if isinstance(ends, str) else tuple(ends))


def _mistakes(document: object) -> Iterator[str]:
    if not isinstance(document, dict):
        yield f"{kind_of(document)}, not an object with `template_id`"
        return
    known = tuple(
        name for name in load_schema("v2", "request", operation=CREATE)["properties"] if name not in _ELSEWHERE
    )
    for key in document:
        if key == "bk_biz_id":
            yield "`bk_biz_id` stands in the option --bk-biz-id"
        elif key in VARIABLES:
            yield f"`{key}` stands in the environment, or in the file of --credentials"
        elif key != "ends" and key not in known:
            yield f"unknown key {key!r}{guess(key, (*known, 'ends'))} (there are {', '.join((*known, 'ends'))})"
    parameters = {"name": NAME, **{key: value for key, value in document.items() if key in known}}
    asked = {**PLACEHOLDERS.fields, "bk_biz_id": "2", **parameters}
    for violation in Contract("v2", operation=CREATE).check_request(asked).violations:
        yield f"{violation.pointer or 'at the top'}: {violation.message}; expected {violation.expected}"
    yield from _mistakes_in_ends(document.get("ends", ENDS[0]))


def _mistakes_in_ends(ends: object) -> Iterator[str]:
    states = ends if isinstance(ends, list) else [ends]
    if not states:
        yield "`ends` is empty"
    for state in states:
        if not isinstance(state, str) or state not in ENDS:
            yield f"`ends`: {state!r} is none of {', '.join(ENDS)}{guess(str(state), ENDS)}"


IDLE = frozenset({"FAILED", "SUSPENDED", "NODE_SUSPENDED"})
"""States that a task leaves by itself soon or not at all."""


REFUSED_STEP = {
    CREATE: ("verify.not-created", "A smoke task is made where the caller may make tasks of its template."),
    START: ("verify.not-started", "A smoke task is started by who has made it."),
}


WRONG_END = "A smoke task ends in a state in which it may (`ends`)."


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A call that changed something, or was to: the answer, and the verdict on it."""

    operation: str
    seen: ReceivedAnswer
    report: Report


@dataclasses.dataclass(frozen=True, slots=True)
class Driven:
    """The result of a smoke task: the calls that made and started it, and the verdict where both were accepted."""

    steps: tuple[Step, ...]
    verified: Verified | None

    @property
    def ok(self) -> bool:
        """Whether the server has kept the contract and the task has ended as it may."""
        return self.verified is not None and self.verified.ok and all(step.report.ok for step in self.steps)


Watch = Callable[[Step | Sighting], None]
"""Is called with each answer."""


class Drive:
    """One smoke task of a business on one server, given as a target or as a client."""

    def __init__(
        self, where: Target | RateLimitedClient, smoke: Smoke, *, bk_biz_id: str = "2", contract: Contract | None = None
    ) -> None:
        demand("Drive(smoke)", smoke, Smoke, "a Smoke, such as load_smoke(FILE) gives")
        self._where = where
        self._smoke = smoke
        self._business = {"bk_biz_id": bk_biz_id}
        self._contract = contract or Contract()

    def run(self, plan: Plan | None = None, *, watch: Watch | None = None) -> Driven:
        """Makes the task, starts it and follows it: to a state in which it may end, to its end, or until it has stayed
        FAILED or suspended for ten polls. A call that writes is made once, whatever becomes of its answer.

        Raises:
            TlsError: A certificate's file cannot be used.
            UnreachableError: The server cannot be reached.
        """
        plan = plan or Plan(UNTIL_END)
        watch = watch or (lambda _: None)
        with asking(self._where, plan.rate) as client:
            created = self._step(client, CREATE, self._smoke.parameters)
            watch(created)
            task_id = task_id_in(created.seen)
            if task_id is None:
                return Driven((created,), None)
            started = self._step(client, START, {"task_id": task_id})
            watch(started)
            is_started = _is_accepted(started.seen)
            return Driven((created, started), self._followed(client, task_id, plan, watch) if is_started else None)

    def _step(self, client: RateLimitedClient, operation: str, parameters: Mapping[str, Any]) -> Step:
        """One call, judged; one that the server did not do is a finding, where nothing else is."""
        asked = {**self._business, **parameters}
        exchange = client.ask(client.target.call(operation, asked))
        contract = Contract(self._contract.edition, strictness=self._contract.strictness, operation=operation)
        answer, report = judged_exchange(exchange, client.target.access, contract, asked)
        is_done = _is_accepted(answer) if operation == START else task_id_in(answer) is not None
        if not is_done and report.ok:
            code, source = REFUSED_STEP[operation]
            message = f"the answer of {operation} names no task"
            if answer.refusal is not None:
                message = f"{operation} was refused: {answer.refusal}"
            report = with_findings(report, [Violation(code, "", "", message, source=source)])
        return Step(operation, answer, report)

    def _followed(self, client: RateLimitedClient, task_id: str, plan: Plan, watch: Watch) -> Verified:
        ends = self._smoke.ends
        plan = dataclasses.replace(plan, until=END | {*ends}, idle=IDLE - {*ends})
        question = Question(task_id, self._business)
        (verified,) = verify(client, [question], contract=self._contract, plan=plan, watch=watch)
        if verified.state is None or verified.state in ends:
            return verified
        message = f"the smoke task is {clip(verified.state)} (poll {verified.polls})"
        found = Violation("verify.end", "", "", message, " or ".join(ends), source=WRONG_END)
        return dataclasses.replace(verified, report=with_findings(verified.report, [found]))


def task_id_in(answer: ReceivedAnswer) -> str | None:
    """The id of the task that an answer of create_task names; None where it names none."""
    data = answer.body.get("data") if _is_accepted(answer) and answer.body is not None else None
    task_id = data.get("task_id") if isinstance(data, dict) else None
    is_id = isinstance(task_id, str | int) and not isinstance(task_id, bool) and str(task_id).isdecimal()
    return str(task_id) if is_id else None


def _is_accepted(answer: ReceivedAnswer) -> bool:
    return answer.body is not None and answer.body.get("result") is True
