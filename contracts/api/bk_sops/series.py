"""All findings in a history: in each answer by itself, then in the course of the task from answer to answer."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.edition import AUTO, TODAY, detected_edition
from taskmock.contracts.api.bk_sops.lifecycle.clock import TIMES, unread_time
from taskmock.contracts.api.bk_sops.lifecycle.course import Course
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import FULL, Poll, Snapshot
from taskmock.contracts.api.bk_sops.rules.document import Document
from taskmock.contracts.api.protocol import Answer, ClockRule
from taskmock.contracts.findings.violation import Severity, Violation, at_poll
from taskmock.contracts.validation.body import BodyError, decoded_object


def detected_history_edition(polls: Iterable[Poll]) -> tuple[str, str]:
    """The edition of a history and how it was detected: from the first answer that shows a started task."""
    first: tuple[str, str] | None = None
    for _, body in _readable(polls):
        first = first or detected_edition(body)
        if _is_started(body):
            return detected_edition(body)
    return first or ("auto", "no answer can be read")


def detected_other_edition(polls: Iterable[Poll], edition: str) -> tuple[int, str, str] | None:
    """The first poll, by its number, whose answer looks like another edition, and how that was detected."""
    for number, body in _readable(polls):
        found, basis = detected_edition(body)
        if found != edition and _is_started(body):
            return number, found, basis
    return None


def _readable(polls: Iterable[Poll]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The answers that can be read, with the numbers of their polls."""
    for number, poll in enumerate(polls, 1):
        try:
            body = decoded_object(poll.body)
        except BodyError:
            continue
        yield number, body


def _is_started(body: Mapping[str, Any]) -> bool:
    data = body.get("data")
    return isinstance(data, dict) and FULL in data


_AT_LINE = re.compile(r" at line ([0-9]+),")


def _in_recording(poll: Poll, violation: Violation) -> Violation:
    """The finding of an answer that cannot be read, with its place in the recording."""
    if not poll.place:
        return violation
    message = violation.message
    if poll.line and isinstance(poll.body, bytes):  # the decoder has counted lines from the one where the answer begins
        message = _AT_LINE.sub(lambda found: f" at line {int(found[1]) + poll.line - 1},", message, count=1)
    return dataclasses.replace(violation, message=f"{poll.place}: {message}")


class SeriesJudge:
    """The findings of one history, and how many nodes they were looked for in; each answer is decoded once."""

    def __init__(
        self,
        answer: Callable[[dict[str, Any], str], Answer],
        edition: str,
        skip: Collection[str] = (),
        clock_rule: ClockRule = ClockRule.AUTO,
    ) -> None:
        """Answers of an unknown edition are judged by today's; `skip` are codes of rules that are left out."""
        self.nodes = 0
        self._answer = answer
        self._edition = TODAY if edition == AUTO else edition
        self._course = Course(skip, clock_rule)
        self._is_told = TIMES in skip

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the verdict should know besides."""
        return self._course.notes

    def violations(self, polls: Iterable[Poll]) -> Iterator[Violation]:
        """Yields the findings in each answer by itself and after those before it."""
        for number, poll in enumerate(polls, 1):
            yield from self.follow(number, poll)
        yield from self.close()

    def follow(self, number: int, poll: Poll) -> Iterator[Violation]:
        """Yields the findings in the next answer, by itself and after those before it; `number` is its poll's."""
        if poll.unread and not self._is_told:
            self._is_told = True
            yield unread_time(number, poll.unread)
        try:
            body = decoded_object(poll.body)
        except BodyError as error:
            yield at_poll(_in_recording(poll, error.violation), number)
            return
        answer = self._answer(body, self._edition)
        self.nodes += answer.nodes
        sound = True
        for violation in answer.violations():
            sound = sound and violation.severity is Severity.WARNING
            yield at_poll(violation, number)
        nodes = answer.places[1:]
        if nodes:
            document = Document(self._edition, nodes[0].value, nodes)
            yield from self._course.follow(Snapshot(number, poll.at, document, sound, poll.asked, poll.clock))

    def close(self) -> Iterator[Violation]:
        """Yields the findings that need all answers: to be called after the last one."""
        return self._course.close()
