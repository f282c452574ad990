"""Verification of a live server: asked as a client asks it, judged as recorded answers are.

The names below are imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskmock.schemas import lazy_exports

if TYPE_CHECKING:
    from taskmock.contracts.verify.answers import Question, Sighting, Verified
    from taskmock.contracts.verify.credentials import Credentials, CredentialsError
    from taskmock.contracts.verify.plan import END, Plan
    from taskmock.contracts.verify.polling import asking
    from taskmock.contracts.verify.probes import Probed, probe
    from taskmock.contracts.verify.relations import Related, related
    from taskmock.contracts.verify.run import verify
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

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "answers": ("Question", "Sighting", "Verified"),
        "credentials": ("Credentials", "CredentialsError"),
        "plan": ("END", "Plan"),
        "polling": ("asking",),
        "probes": ("Probed", "probe"),
        "relations": ("Related", "related"),
        "run": ("verify",),
        "smoke": ("Drive", "Driven", "Smoke", "SmokeError", "Step", "load_smoke"),
        "target": ("Target", "TargetError"),
        "transport.client": ("Tls", "TlsError"),
        "transport.request": ("UnreachableError",),
    },
)
