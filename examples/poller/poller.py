"""Waits until a task of BlueKing Standard OPS has ended, and says what has become of it."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

ENDED = frozenset({"FINISHED", "REVOKED", "EXPIRED"})
"""States that a task never leaves. FAILED is none of them: somebody may retry or skip the failed node."""

PAUSED = frozenset({"SUSPENDED", "NODE_SUSPENDED"})
"""States in which a task waits for somebody to resume it."""

FOR_GOOD = frozenset({1306000, 1306403, 1306406, 3540000, 3540100, 3540400})
"""Codes that no second try changes: credentials, permission, parameters, no such task."""

FOR_GOOD_TEXTS = ("iam authentication exception", "matching query does not exist")
"""The same for code 3599999, which stands for all that has no code of its own."""


@dataclass(frozen=True)
class Outcome:
    """What has become of a task: its state, and the failed nodes as paths of names, leaves only."""

    state: str
    failed: tuple[str, ...] = ()
    polls: int = 0


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
    """How long to wait, in seconds: between two polls, in all, and for somebody to retry a FAILED task."""

    interval: float = 2
    in_all: float = 3600
    after_failure: float = 30
    errors_in_a_row: int = 5


class Poller:
    """Polls one system; `credentials` are the fields that every call carries. Tests bring their own time."""

    def __init__(
        self,
        url: str,
        credentials: Mapping[str, str],
        *,
        patience: Patience = Patience(),
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url.rstrip("/") + "/api/c/compapi/v2/sops/get_task_status/"
        self._credentials = dict(credentials)
        self._patience = patience
        self._sleep = sleep
        self._now = now

    def wait(self, biz_id: str, task_id: str) -> Outcome:
        """Polls until the task has ended, or has stayed FAILED for so long that nobody seems to retry it.

        Raises:
            StatusError: The API refuses for good, or has failed too often in a row.
            NotEndedError: The task has not ended in time.
        """
        start, failed_since = self._now(), None
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
                errors, state = 0, data["state"]
                outcome = Outcome(state, tuple(failed_leaves(data)), polls)
                failed_since = (failed_since or self._now()) if state == "FAILED" else None
                given_up = failed_since is not None and self._now() - failed_since >= self._patience.after_failure
                if state in ENDED or given_up:
                    return outcome
            if self._now() - start >= self._patience.in_all:
                raise NotEndedError(task_id, state, self._now() - start)
            # A state that nobody knows yet is no end and no error: the next poll may tell more.
            self._sleep(self._patience.interval * 2**errors)

    def status(self, biz_id: str, task_id: str) -> dict[str, Any]:
        """The tree of the task as it is now.

        Raises:
            StatusError: There is no answer, or none that holds a status.
        """
        query = urlencode({**self._credentials, "bk_biz_id": biz_id, "task_id": task_id})
        try:
            with urllib.request.urlopen(f"{self._url}?{query}", timeout=10) as response:  # noqa: S310  # the caller's URL
                body = json.load(response)
        except OSError as error:
            raise StatusError(f"no answer: {error}") from error
        except ValueError as error:
            raise StatusError("the answer is not JSON") from error
        if not isinstance(body, dict) or not body.get("result"):
            told = body if isinstance(body, dict) else {}
            raise StatusError(str(told.get("message") or "no message"), told.get("code"))
        data = body.get("data")
        if not isinstance(data, dict) or not isinstance(data.get("state"), str):
            raise StatusError("the answer has no status in it", body.get("code"))
        return data


def failed_leaves(node: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """The failed nodes that have no failed node below them, at any depth: `Roll out / Hosts / Restart`."""
    for child in (node.get("children") or {}).values():
        if child.get("state") != "FAILED":
            continue
        below = (*path, child.get("name") or child.get("id", "?"))
        deeper = list(failed_leaves(child, below))
        yield from deeper or [" / ".join(below)]
