"""The judge: whether a request or an answer keeps the contract of its edition.

The names below are imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Poll
    from taskmock.contracts.contract import Contract
    from taskmock.contracts.findings.report import Report
    from taskmock.contracts.findings.violation import Severity, Violation
    from taskmock.contracts.history import History

__all__ = ["Contract", "History", "Poll", "Report", "Severity", "Violation"]

_HOMES = {
    "Contract": "contract",
    "History": "history",
    "Poll": "api.bk_sops.lifecycle.snapshot",
    "Report": "findings.report",
    "Severity": "findings.violation",
    "Violation": "findings.violation",
}


def __getattr__(name: str) -> object:
    """The public name, imported from the module where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__]
