"""Findings of drift as a report of violations and back, so that a baseline can accept them one by one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from taskmock.contracts.drift.census import Census
from taskmock.contracts.drift.finding import Finding, Kind
from taskmock.contracts.findings.group import grouped
from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Strictness, Violation
from taskmock.contracts.findings.wording import counted


def drift_report(findings: Iterable[Finding], census: Census, notes: tuple[str, ...] = ()) -> Report:
    """The findings as violations `drift.KIND`, at `/EDITION/SHAPE/FIELD`, and `/FOUND` for each thing found there;
    what cannot be read as violations `body.REASON`."""
    groups, complete = grouped(
        Violation(code, pointer, "", _told(finding, word).message)
        for finding in findings
        for code, pointer, word in _entries(finding)
    )
    return Report(
        subject="drift",
        edition=census.edition,
        basis=f"compared with {counted(census.total, 'answer')}",
        strictness=Strictness.STRICT.value,
        nodes=0,
        groups=groups,
        complete=complete,
        notes=notes,
    )


def left_in(report: Report, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that are still in a report, with only what is left of what was found."""
    left = {(violation.code, violation.pointer) for violation in report.violations}
    kept: list[Finding] = []
    for finding in findings:
        found = [word for code, pointer, word in _entries(finding) if (code, pointer) in left]
        if found:
            kept.append(dataclasses.replace(finding, found=tuple(word for word in found if word)))
    return tuple(kept)


def _told(finding: Finding, word: str) -> Finding:
    """A finding with one of the things that were found alone."""
    return dataclasses.replace(finding, found=(word,)) if word else finding


def _entries(finding: Finding) -> Iterator[tuple[str, str, str]]:
    """The code, pointer and word of each violation that a finding is."""
    if finding.kind is Kind.UNREADABLE:
        yield from ((code, "", code) for code in finding.found)
        return
    place = f"/{finding.edition}/{finding.shape}/{escaped(finding.field)}"
    for word in finding.found or ("",):
        yield f"drift.{finding.kind}", f"{place}/{escaped(word)}" if word else place, word
