"""The judge: whether a request or an answer keeps the contract of its edition.

The names below are imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskmock.contracts.contract import Contract
    from taskmock.contracts.history import History
    from taskmock.contracts.lifecycle.poll import Poll
    from taskmock.contracts.report import Report
    from taskmock.contracts.violation import Severity, Violation

__all__ = ["Contract", "History", "Poll", "Report", "Severity", "Violation"]

_HOMES = {
    "Contract": "contract",
    "History": "history",
    "Poll": "lifecycle.poll",
    "Report": "report",
    "Severity": "violation",
    "Violation": "violation",
}


def __getattr__(name: str) -> object:
    """The public name, imported from the module where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__]
