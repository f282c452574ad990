"""The errors of scenarios and commands, with each problem and its place."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable

from taskmock.mockserver.core.command import Command


class ScenarioNotFoundError(LookupError):
    """There is no scenario of that name; the text says which there are."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = tuple(known)
        closest = difflib.get_close_matches(name, self.known, n=1)
        if closest:
            more = f"; did you mean {closest[0]!r}? (`taskmock scenarios list` shows all; or name a file)"
        else:
            more = f" (there are: {', '.join(self.known) or 'none'}; or name a file)"
        super().__init__(f"no scenario is called {name!r}{more}")


MOST_LINES = 100
"""The most problems that the text of an error lists; the rest is counted."""


UNREADABLE = "file"
"""The code of a file that cannot be read at all."""


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem at a line and column (from 1) of a source; `code` is stable and meant for programs."""

    source: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        """`FILE:LINE:COLUMN: problem; what is allowed; did you mean …`; without a line for an unreadable file."""
        if self.code == UNREADABLE:
            return f"{self.source}: {self.message}"
        return f"{self.source}:{self.line}:{self.column}: {self.message}"


class ScenarioError(ValueError):
    """A scenario that cannot be read: all its problems, in the order of the text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:MOST_LINES]]
        if len(self.problems) > MOST_LINES:
            lines.append(f"… and {len(self.problems) - MOST_LINES} more problems")
        super().__init__("\n".join(lines))


class CommandRefusedError(Exception):
    """A command that the task's present state does not allow; nothing has changed.

    `raised` is the name of the error that the real engine raises, "" where it only says why.
    """

    def __init__(self, command: Command, reason: str, *, raised: str = "") -> None:
        self.command = command
        self.reason = reason
        self.raised = raised
        super().__init__(f"{command.verb} {command.target}: {reason}")
