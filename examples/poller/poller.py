"""Waits until a task of BlueKing Standard OPS has ended, and says what has become of it."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

ENDED = frozenset({"FINISHED", "REVOKED", "EXPIRED"})
"""States that a task never leaves. FAILED is none of them: somebody may retry or skip the failed node."""

FOR_GOOD = frozenset(
    {
        *(1306000, 1306403, 1306406),  # the ESB: credentials, permission, parameters
        *(1640001, 1640101, 1640102, 1640301, 1640401),  # the API gateway: credentials, permission, no such call
        *(3540000, 3540100, 3540400),  # Standard OPS: parameters, permission, nothing there
    }
)
"""Codes that no second try changes."""

FOR_GOOD_TEXTS = ("iam authentication exception", "matching query does not exist")
"""The same for code 3599999, which stands for all that has no code of its own."""

Node = Mapping[str, Any]
"""The task, or one node below it, as the API tells it."""


@dataclass(frozen=True)
class Outcome:
    """What has become of a task: its state, and nodes as paths of names (`Roll out / Hosts / Restart`).

    `failed` are the failed nodes, leaves only. `skipped` are those that failed and count as FINISHED all the same:
    somebody skipped them, or their errors are ignored.
    """

    state: str
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    polls: int = field(default=0, compare=False)


class StatusError(Exception):
    """The API does not tell the status; `code` is the envelope's, None where there is no envelope."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code

    @property
    def is_final(self) -> bool:
        """Whether asking again is of no use."""
        return self.code in FOR_GOOD or any(text in str(self) for text in FOR_GOOD_TEXTS)


class NotEndedError(Exception):
    """The task goes on, or waits for somebody, though our patience is over; `state` is the last one seen."""

    def __init__(self, task_id: str, state: str, seconds: float) -> None:
        super().__init__(f"task {task_id} is {state} after {seconds:g} s")
        self.state = state


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds.

    `interval` lies between two polls, twice as much after each error, but never more than `longest`. `in_all` is for
    the task, `after_failure` for somebody to retry it when it has FAILED (more than the 10 s for which the server may
    repeat an old answer), `answer` for one answer. `errors_in_a_row` is how many polls in a row may fail.
    """

    interval: float = 2
    longest: float = 60
    in_all: float = 3600
    after_failure: float = 30
    answer: float = 10
    errors_in_a_row: int = 8


class Poller:
    """Polls one system; `credentials` are the fields that every call carries.

    `tell` hears of each new state: a task that is SUSPENDED, NODE_SUSPENDED or FAILED needs somebody now, not at the
    end. Tests bring their own time.
    """

    def __init__(
        self,
        url: str,
        credentials: Mapping[str, str],
        *,
        patience: Patience = Patience(),
        tell: Callable[[str], object] = lambda _state: None,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url.rstrip("/") + "/api/c/compapi/v2/sops/get_task_status/"
        self._credentials = dict(credentials)
        self._patience = patience
        self._tell = tell
        self._sleep = sleep
        self._now = now

    def wait(self, biz_id: str, task_id: str) -> Outcome:
        """Polls until the task has ended, or has stayed FAILED for so long that nobody seems to retry it.

        Raises:
            StatusError: The API refuses for good, or has failed too often in a row.
            NotEndedError: The task has not ended in time.
        """
        start = since = self._now()
        errors, polls, state = 0, 0, "unknown"
        while True:
            polls += 1
            try:
                data = self.status(biz_id, task_id)
            except StatusError as error:
                errors += 1
                if error.is_final or errors > self._patience.errors_in_a_row:
                    raise
            else:
                errors = 0
                if data["state"] != state:
                    state, since = data["state"], self._now()
                    self._tell(state)
                given_up = state == "FAILED" and self._now() - since >= self._patience.after_failure
                if state in ENDED or given_up:
                    return Outcome(state, tuple(failed_leaves(data)), tuple(skipped_nodes(data)), polls)
            if self._now() - start >= self._patience.in_all:
                raise NotEndedError(task_id, state, self._now() - start)
            # A state that nobody knows yet is no end and no error: the next poll may tell more.
            self._sleep(min(self._patience.interval * 2**errors, self._patience.longest))

    def status(self, biz_id: str, task_id: str) -> dict[str, Any]:
        """The tree of the task as it is now.

        Raises:
            StatusError: There is no answer, or none that holds a status.
        """
        body = self._answer({**self._credentials, "bk_biz_id": biz_id, "task_id": task_id})
        if not isinstance(body, dict) or not body.get("result"):
            told = body if isinstance(body, dict) else {}
            raise StatusError(str(told.get("message") or "no message"), told.get("code"))
        data = body.get("data")
        if not isinstance(data, dict) or not isinstance(data.get("state"), str):
            raise StatusError("the answer has no status in it", body.get("code"))
        return data

    def _answer(self, parameters: Mapping[str, str]) -> object:
        """Whatever JSON comes back, refusals included."""
        try:
            try:
                response = urllib.request.urlopen(f"{self._url}?{urlencode(parameters)}", timeout=self._patience.answer)
            except HTTPError as error:
                response = error  # an answer, too: the API gateway tells its reason there
            with response:
                return json.load(response)
        except (OSError, HTTPException) as error:
            raise StatusError(f"no answer: {error}") from error
        except (ValueError, RecursionError) as error:
            raise StatusError(f"the answer, HTTP {response.status}, is not JSON") from error


def failed_leaves(task: Node) -> Iterator[str]:
    """The failed nodes that have no failed node below them, at any depth."""
    for path, node in each_node(task):
        if node.get("state") == "FAILED" and not any(child.get("state") == "FAILED" for child in children(node)):
            yield path


def skipped_nodes(task: Node) -> Iterator[str]:
    """The nodes that count as FINISHED though they failed."""
    for path, node in each_node(task):
        if node.get("skip") or node.get("error_ignored"):
            yield path


def each_node(task: Node) -> Iterator[tuple[str, Node]]:
    """All nodes below the task, each with its path of names; no recursion, for trees may be deep."""
    waiting = [((), child) for child in reversed(children(task))]
    while waiting:
        above, node = waiting.pop()
        path = (*above, str(node.get("name") or node.get("id", "?")))
        yield " / ".join(path), node
        waiting.extend((path, child) for child in reversed(children(node)))


def children(node: Node) -> list[Node]:
    """The nodes right below one; a CREATED or EXPIRED task may not even have the key."""
    found = node.get("children")
    return list(found.values()) if isinstance(found, dict) else []
