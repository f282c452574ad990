"""What a run says of itself while it goes on: a bar on a terminal, a line for each change elsewhere."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from typing import TextIO

from taskmock.contracts.prose import printable
from taskmock.contracts.verify.run import Question, Sighting
from taskmock.contracts.verify.seen import Seen

WIDTH = 20
"""Characters of the bar itself."""

REDRAWN = 0.1
"""Least seconds between two drawings of the bar."""


class Progress:
    """Tells of answers on a stream; `names` has the tasks, each with at most `polls` answers.

    On a terminal it is one line that is drawn anew and gone at the end, elsewhere a line for each new state of a task.
    """

    def __init__(self, stream: TextIO, names: Mapping[Question, str], *, polls: int) -> None:
        self._stream = stream
        self._names = names
        self._polls = polls
        self._shown: dict[Question, str] = {}
        self._counts: dict[Question, int] = {}
        self._drawn_at: float | None = None
        self._is_terminal = stream.isatty()

    def __call__(self, sighting: Sighting) -> None:
        """Tells of one answer."""
        question, answer = sighting.question, sighting.seen
        said = told(answer)
        is_news = self._shown.get(question) != said
        self._shown[question], self._counts[question] = said, answer.number
        if self._is_terminal:
            self._draw(question)
        elif is_news:
            self._write(f"{self._names[question]}: poll {answer.number}: {said}\n")

    def close(self) -> None:
        """Takes the bar away."""
        if self._drawn_at is not None:
            self._write("\r" + " " * self._columns() + "\r")

    def _draw(self, question: Question) -> None:
        now = time.monotonic()
        if self._drawn_at is not None and now - self._drawn_at < REDRAWN:
            return
        self._drawn_at = now
        done, most = sum(self._counts.values()), len(self._names) * self._polls
        bar = "#" * (WIDTH * done // most)
        text = f"[{bar:<{WIDTH}}] {done} of {most} polls; {self._names[question]}: {self._shown[question]}"
        self._write("\r" + text[: self._columns()].ljust(self._columns()))

    def _columns(self) -> int:
        return shutil.get_terminal_size().columns - 1  # the last column would break the line

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def told(answer: Seen) -> str:
    """An answer in a few words."""
    exchange = answer.exchange
    if exchange.trouble is not None:
        return exchange.trouble.message
    if answer.state is not None:
        return printable(answer.state)
    refusal = answer.refusal
    if refusal is not None:
        return printable(f"refused, code {refusal.code}: {refusal.message}")[:200]
    return f"HTTP {exchange.status}, no task"
