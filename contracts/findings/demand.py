"""What a run may demand besides sound documents, as findings: a tree in each answer, enough of the contract shown."""

from __future__ import annotations

from taskmock.contracts.findings.report import Report, with_findings
from taskmock.contracts.findings.violation import Violation

TREE = "An answer was demanded to have a tree (`--require-tree`)."
COVERAGE = "The answers were demanded to show more of the contract (`--coverage-min`)."

DEMANDS = frozenset({"document.no-tree", "coverage.too-low"})
"""The codes of what is demanded; a demand is taken back where it was made, and by no baseline."""


def with_tree_demanded(report: Report) -> Report:
    """The report, with an error where its document has no tree."""
    if report.nodes:
        return report
    found = Violation("document.no-tree", "", "", "there is no tree to judge", "a task with its nodes", source=TREE)
    return with_findings(report, [found])


def coverage_report(edition: str, shown: str, *, least: float) -> Report:
    """The verdict on a run whose answers have shown less than demanded; both shares are in per cent."""
    message = f"the answers have shown {shown} % of the contract"
    found = Violation("coverage.too-low", "", "", message, f"{least:g} % or more", source=COVERAGE)
    return Report.of([found], "coverage", (edition, "that of the answers"))
