"""Verdicts as plain ASCII text and back: so a worker of pytest-xdist hands them to the process that reports."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from taskmock.contracts.findings.group import Group
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Origin, Severity, Violation
from taskmock.contracts.pytest_plugin.run import JUDGED, Judged

if TYPE_CHECKING:
    import pytest

RECORD = "taskmock_judged"
"""The attribute of pytest's report on a test that holds the verdicts of the test."""


def hand_on(item: pytest.Item, report: pytest.TestReport) -> None:
    """Puts what a test has judged since the last time into pytest's report on it."""
    judged = item.stash[JUDGED]
    setattr(report, RECORD, packed(judged))
    judged.clear()


def packed(judged: Iterable[Judged]) -> str:
    """Verdicts as text, bodies included as far as JSON can hold them."""
    return json.dumps([[dataclasses.asdict(one.report), one.part, _text(one.body)] for one in judged])


def unpacked(text: str) -> list[Judged]:
    """The verdicts again, with their bodies as text."""
    return [Judged(_report(report), part, body) for report, part, body in json.loads(text)]


def _text(body: object) -> str:
    """A body as text; "" for what has no tree anyway, or is too deep for JSON."""
    if isinstance(body, str):
        return body
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body).decode("utf-8", "replace")
    try:
        return json.dumps(body)
    except (TypeError, ValueError, RecursionError):
        return ""


def _report(fields: dict[str, Any]) -> Report:
    return Report(**{**fields, "groups": tuple(map(_group, fields["groups"])), "notes": tuple(fields["notes"])})


def _group(fields: dict[str, Any]) -> Group:
    severity = Severity(fields["severity"])
    found = tuple(_violation(violation, severity) for violation in fields["violations"])
    return Group(fields["code"], severity, fields["total"], found)


def _violation(fields: dict[str, Any], severity: Severity) -> Violation:
    names, templates = tuple(fields["names"]), tuple(fields["templates"])
    follows = None if fields["follows"] is None else Origin(**fields["follows"])
    own = {"severity": severity, "names": names, "templates": templates, "reads": (), "follows": follows}
    return Violation(**{**fields, **own})
