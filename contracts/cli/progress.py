"""What a run says of itself while it goes on: a bar on a terminal, a line for each change elsewhere."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.verify.answers import Question, ReceivedAnswer, Sighting

WIDTH = 20
"""Characters of the bar itself."""

LONGEST = 200
"""Most characters of a refusal that are told."""

REDRAWN = 0.1
"""Least seconds between two drawings of the bar."""


class Progress:
    """Tells of answers on a stream: on a terminal in one line that is drawn anew and gone at the end, elsewhere in a
    line for each that says something new.

    `is_brief` leaves out the words of refusals, which may name a person.
    """

    def __init__(self, stream: TextIO, *, is_brief: bool = False) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._is_brief = is_brief or self._is_terminal
        self._expected: dict[Question, tuple[str, int]] = {}
        self._done: dict[Question, int] = {}
        self._said: dict[Question, str] = {}
        self._drawn_at: float | None = None

    def expect(self, question: Question, name: str, *, polls: int) -> None:
        """Says what a task is called, and how many polls of it are to come at most."""
        self._expected[question] = name, polls

    def announce(self, text: str) -> None:
        """Tells what is about to be done, in a line of its own that stays."""
        self._write(f"{printable(text)}\n")

    def __call__(self, sighting: Sighting) -> None:
        """Tells of one answer of a task that is expected."""
        question, answer = sighting.question, sighting.seen
        name, polls = self._expected[question]
        said = told(answer, is_brief=self._is_brief)
        is_news = self._said.get(question) != said
        self._said[question] = said
        self._done[question] = polls if answer.is_final else answer.number
        if is_news or self._is_terminal:
            self._show(name, said, poll=f"poll {answer.number}: ")

    def tell(self, name: str, answer: ReceivedAnswer) -> None:
        """Tells of the answer to a call that is made once."""
        self._show(name, told(answer, is_brief=self._is_brief))

    def close(self) -> None:
        """Takes the line away."""
        if self._drawn_at is not None:
            self._write("\r" + " " * self._columns() + "\r")

    def _show(self, name: str, said: str, *, poll: str = "") -> None:
        """Draws the bar anew, or writes a line, which tells the poll, too."""
        if self._is_terminal:
            self._draw(f"{name}: {said}")
        else:
            self._write(f"{name}: {poll}{printable(said)}\n")

    def _draw(self, said: str) -> None:
        now = time.monotonic()
        if self._drawn_at is not None and now - self._drawn_at < REDRAWN:
            return
        self._drawn_at = now
        done, most = sum(self._done.values()), sum(polls for _, polls in self._expected.values())
        bar = "#" * (WIDTH * done // most) if most else ""
        text = f"[{bar:<{WIDTH}}] {said}"
        self._write("\r" + printable(text)[: self._columns()].ljust(self._columns()))

    def _columns(self) -> int:
        return shutil.get_terminal_size().columns - 1  # the last column would break the line

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def told(answer: ReceivedAnswer, *, is_brief: bool = False) -> str:
    """An answer in a few words; brief ones have none of the server's but the state."""
    exchange, refusal = answer.exchange, answer.refusal
    if exchange.trouble is not None:
        return exchange.trouble.message
    if answer.state is not None:
        return printable(answer.state)
    if refusal is not None:
        words = "" if is_brief else f": {refusal.message}"
        return printable(f"refused, code {refusal.code}{words}")[:LONGEST]
    return f"HTTP {exchange.status}" + ("" if exchange.status == 200 else ", no task")
