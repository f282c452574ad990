"""How much undocumented fields weigh."""

from __future__ import annotations

import enum

from taskmock.contracts.violation import Severity


class Strictness(enum.StrEnum):
    """What happens to undocumented fields: ignored, warned of, or failed."""

    LENIENT = "lenient"
    DOCUMENTED = "documented"
    STRICT = "strict"


WEIGHTS = {Strictness.DOCUMENTED: Severity.WARNING, Strictness.STRICT: Severity.ERROR}
"""What an undocumented field is, by strictness; where there is nothing, it is ignored."""
