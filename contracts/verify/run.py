"""Verifies several tasks of one server at once: threads ask and judge, the caller's thread collects the results."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import queue
import threading
from collections.abc import Callable, Iterator, Sequence

from taskmock.contracts.contract import Contract
from taskmock.contracts.verify.answers import Question, ReceivedAnswer, Sighting, Verified
from taskmock.contracts.verify.examination import Examination
from taskmock.contracts.verify.plan import Plan
from taskmock.contracts.verify.polling import RateLimitedClient, StoppedError, asking, polled
from taskmock.contracts.verify.target import Target
from taskmock.contracts.verify.transport.exchange import Call
from taskmock.contracts.verify.transport.request import POLL_SLACK
from taskmock.schemas import STATUS
from taskmock.schemas.argument import demand

Watch = Callable[["Sighting"], None]
"""Is called with each answer, in the thread that called `verify`."""


def verify(
    where: Target | RateLimitedClient,
    tasks: Sequence[str | Question],
    *,
    contract: Contract | None = None,
    plan: Plan | None = None,
    watch: Watch | None = None,
) -> tuple[Verified, ...]:
    """What was found of some tasks, in their order: each polled as `plan` says and judged by `contract` (`auto`).

    `where` is the server, or a client from `asking`, whose rate counts then. A task is an id of
    business 2, or a `Question`. `watch` is called with each answer.

    Raises:
        TargetError: A task is none that the gateway can be asked for.
        TlsError: A certificate's file cannot be used.
        UnreachableError: The server cannot be reached.
    """
    demand("verify(tasks)", tasks, list | tuple, "a list of tasks' ids as text, or of Questions")
    demand("verify(contract=…)", contract, Contract | None, "a Contract")
    demand("verify(plan=…)", plan, Plan | None, "a Plan")
    plan = plan or Plan()
    questions = [question_of(task) for task in tasks]
    with asking(where, plan.rate) as client:
        calls = [client.target.call(STATUS, question.asked) for question in questions]
        worker = _Worker(client, contract or Contract(), plan)
        return worker.work(list(zip(questions, calls, strict=True)), watch or (lambda _: None))


def question_of(task: str | Question) -> Question:
    """A task as a question: an id alone is one of business 2."""
    demand("verify(tasks)", task, str | Question, "tasks' ids as text, or Questions")
    return task if isinstance(task, Question) else Question(task, {"bk_biz_id": "2"})


class _Worker:
    """The threads of one run."""

    def __init__(self, client: RateLimitedClient, contract: Contract, plan: Plan) -> None:
        self._client = client
        self._contract = contract
        self._plan = plan
        self._over = threading.Event()
        self._results: queue.Queue[Sighting | tuple[int, Verified] | Exception] = queue.Queue(2 * plan.concurrency)

    def work(self, jobs: Sequence[tuple[Question, Call]], watch: Watch) -> tuple[Verified, ...]:
        """What was found, in the order of the jobs."""
        waiting = collections.deque(enumerate(jobs))
        for _ in range(min(self._plan.concurrency, len(jobs))):
            threading.Thread(target=self._work, args=(waiting,), name="taskmock-verify", daemon=True).start()
        found: dict[int, Verified] = {}
        try:
            while len(found) < len(jobs):
                try:
                    result = self._results.get(timeout=POLL_SLACK)
                except queue.Empty:
                    continue
                if isinstance(result, Exception):
                    raise result
                if isinstance(result, Sighting):
                    watch(result)
                else:
                    found[result[0]] = result[1]
        finally:
            self._over.set()
        return tuple(found[index] for index in range(len(jobs)))

    def _work(self, waiting: collections.deque[tuple[int, tuple[Question, Call]]]) -> None:
        """One thread: takes a task after the other as long as there are any."""
        try:
            while not self._over.is_set():
                try:
                    index, (question, call) = waiting.popleft()
                except IndexError:
                    return
                self._put((index, self._verified(question, call)))
        except StoppedError:
            pass
        except Exception as error:  # noqa: BLE001 - the caller's thread raises it
            with contextlib.suppress(StoppedError):
                self._put(error)

    def _verified(self, question: Question, call: Call) -> Verified:
        examination = Examination(self._contract, self._client.target.access, question.asked, self._plan)
        report = dataclasses.replace(examination.report(self._answers(question, call)), target=call.shown)
        return Verified(question, report, examination.polls, examination.state, examination.last_tree)

    def _answers(self, question: Question, call: Call) -> Iterator[ReceivedAnswer]:
        for answer in polled(self._client, call, self._plan):
            self._put(Sighting(question, answer))
            yield answer

    def _put(self, result: Sighting | tuple[int, Verified] | Exception) -> None:
        """Hands a result to the caller's thread; waits while its queue is full.

        Raises: StoppedError where the run is over.
        """
        while not self._over.is_set():
            with contextlib.suppress(queue.Full):
                self._results.put(result, timeout=0.1)
                return
        raise StoppedError
