"""The 145 real answers under `data/captures/`, each with what is known of the moment it was taken."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from support.places import DATA

FOLDER = DATA / "captures"

EDITIONS = {"v1": "v1", "v2": "v2", "view": "v2"}
"""The edition that judges an answer, by the formatter that produced it (`view`: a literal of the bk-sops source)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Capture:
    """One recorded answer.

    Captures of one `situation` are snapshots of one task in the order of `t` (seconds on the situation's
    clock, None where no clock ran); `params` are the request's flags in the recorder's own words, and
    `task_state` is the root's state (None where the answer failed).
    """

    file: str
    situation: str
    edition: str
    params: dict[str, Any]
    t: float | None
    task_state: str | None

    @property
    def body(self) -> dict[str, Any]:
        """The decoded answer, a fresh copy each time."""
        body: dict[str, Any] = json.loads(self.raw)
        return body

    @property
    def raw(self) -> bytes:
        """The answer as it is on disk."""
        return (FOLDER / self.file).read_bytes()


def captures() -> tuple[Capture, ...]:
    """Every capture, in the order of the index."""
    rows = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    return tuple(
        Capture(
            file=row["file"],
            situation=row["situation"],
            edition=EDITIONS[row["engine_api"]],
            params=row["params"],
            t=row.get("t"),
            task_state=row["task_state"],
        )
        for row in rows
    )
