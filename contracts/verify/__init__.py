"""Verification of a live server: asked as a client asks it, judged as recorded answers are.

The names below are imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskmock.contracts.verify.credentials import Credentials, CredentialsError
    from taskmock.contracts.verify.plan import END, Plan
    from taskmock.contracts.verify.polling import asking
    from taskmock.contracts.verify.probes import Probed, probe
    from taskmock.contracts.verify.relations import Related, related
    from taskmock.contracts.verify.run import Question, Sighting, Verified, verify
    from taskmock.contracts.verify.smoke import Drive, Driven, Smoke, SmokeError, Step, load_smoke
    from taskmock.contracts.verify.target import Target, TargetError
    from taskmock.contracts.verify.transport.client import Tls, TlsError
    from taskmock.contracts.verify.transport.request import UnreachableError

__all__ = [
    "END",
    "Credentials",
    "CredentialsError",
    "Drive",
    "Driven",
    "Plan",
    "Probed",
    "Question",
    "Related",
    "Sighting",
    "Smoke",
    "SmokeError",
    "Step",
    "Target",
    "TargetError",
    "Tls",
    "TlsError",
    "UnreachableError",
    "Verified",
    "asking",
    "load_smoke",
    "probe",
    "related",
    "verify",
]

_HOMES = {
    "END": "plan",
    "Credentials": "credentials",
    "CredentialsError": "credentials",
    "Drive": "smoke",
    "Driven": "smoke",
    "Plan": "plan",
    "Probed": "probes",
    "Question": "run",
    "Related": "relations",
    "Sighting": "run",
    "Smoke": "smoke",
    "SmokeError": "smoke",
    "Step": "smoke",
    "Target": "target",
    "TargetError": "target",
    "Tls": "transport.client",
    "TlsError": "transport.client",
    "UnreachableError": "transport.request",
    "Verified": "run",
    "asking": "polling",
    "load_smoke": "smoke",
    "probe": "probes",
    "related": "relations",
    "verify": "run",
}


def __getattr__(name: str) -> object:
    """The public name, imported from the module where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__]
