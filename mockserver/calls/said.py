"""What a call says in parameters that are more than plain text."""

from __future__ import annotations

import json
from typing import Any

from taskmock.mockserver.gateways.door import Parameters


def said_json(said: Parameters, name: str, absent: Any) -> Any:  # noqa: ANN401  # decoded JSON
    """A parameter as decoded JSON: a query and a form carry it as text; text that is no JSON stays what it is."""
    value = said.get(name)
    if value is None or value == "":
        return absent
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def said_flag(said: Parameters, name: str) -> bool | None:
    """What a parameter says that is true or false, in JSON or as text; None where it says neither."""
    value = said.get(name)
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).strip().lower())
