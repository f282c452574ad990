"""The recorded histories of the tests: real ones of both engines, and small ones that are broken over time."""

from __future__ import annotations

import functools
from pathlib import Path

from support.places import ROOT
from taskmock.contracts import Contract, Poll, Report
from taskmock.contracts.history import read_histories

REAL, BROKEN = ROOT / "tests/data/real_histories", ROOT / "tests/data/histories"


@functools.cache
def real_histories() -> tuple[Path, ...]:
    """The files of real histories, named by edition and by what was done."""
    return tuple(sorted(REAL.glob("*.jsonl")))


@functools.cache
def polls_in(file: Path) -> tuple[Poll, ...]:
    """The polls in a file, which are of one task."""
    (polls,) = read_histories([(file.name, file.read_bytes())]).values()
    return polls


def verdict(polls: tuple[Poll, ...] | list[Poll], edition: str = "auto", **terms: str) -> Report:
    """The verdict on a history, as strict as can be."""
    return Contract(edition, strictness="strict", **terms).check_history(polls)


def found(report: Report) -> list[str]:
    """The findings of a report, without their places."""
    return [f"{one.severity} {one.code}: {one.message}" for one in report.violations]
