"""The judge: whether a request or an answer keeps the contract of its edition.

The names below are imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskmock.schemas import lazy_exports

if TYPE_CHECKING:
    from taskmock.contracts.agreement import check_agreement
    from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Poll
    from taskmock.contracts.contract import Contract
    from taskmock.contracts.findings.baseline import Baseline
    from taskmock.contracts.findings.baseline_file import load_baseline, save_baseline
    from taskmock.contracts.findings.report import Report
    from taskmock.contracts.findings.violation import Severity, Violation
    from taskmock.contracts.history import History

__all__ = [
    "Baseline",
    "Contract",
    "History",
    "Poll",
    "Report",
    "Severity",
    "Violation",
    "check_agreement",
    "load_baseline",
    "save_baseline",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "agreement": ("check_agreement",),
        "api.bk_sops.lifecycle.snapshot": ("Poll",),
        "contract": ("Contract",),
        "findings.baseline": ("Baseline",),
        "findings.baseline_file": ("load_baseline", "save_baseline"),
        "findings.report": ("Report",),
        "findings.violation": ("Severity", "Violation"),
        "history": ("History",),
    },
)
