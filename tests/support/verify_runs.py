"""`taskmock verify` inside the tests' own process, against a mock whose polls move its clock: nothing sleeps."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from click.testing import CliRunner, Result

from taskmock.contracts.verify.credentials import VARIABLES
from taskmock.mockserver import MockServer, Settings
from taskmock.mockserver.cli.group import taskmock
from taskmock.mockserver.scenarios import read_scenario

QUICK = ("--interval", "0", "--rate", "1000000")
NOBODY = dict.fromkeys(VARIABLES.values())


def verify(url: str, *arguments: str, **environment: str) -> Result:
    """Runs the command as fast as the server answers; the environment holds no credentials but those given."""
    ended = CliRunner().invoke(taskmock, ["verify", url, *QUICK, *arguments], env={**NOBODY, **environment})
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended


def reports(ended: Result) -> list[dict[str, Any]]:
    """The reports of a run with `--format json`."""
    found: list[dict[str, Any]] = json.loads(ended.stdout)["reports"]
    return found


def codes(ended: Result) -> dict[str, str]:
    """The codes of the findings in the only report of a run with `--format json`, with how much they weigh."""
    (report,) = reports(ended)
    return {violation["code"]: violation["severity"] for violation in report["violations"]}


@contextlib.contextmanager
def mock(scenario: str, *, edition: str | None = None) -> Iterator[MockServer]:
    """A mock that plays a scenario, by name or as the text of a file, and shows the next change at each poll."""
    played = read_scenario(scenario, source="test") if "\n" in scenario else scenario
    with MockServer(played, settings=Settings(clock="polls", edition=edition)) as server:
        yield server
