"""Which edition a body is written in, told from its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taskmock.schemas import EDITIONS, chosen

AUTO = "auto"
CHOICES = (AUTO, *EDITIONS)

_V2_ONLY = ("root_id:", "parent_id")
_V1_ONLY = ("state_refresh_at",)
_SINCE_V1 = ("error_ignored",)


def checked_edition(edition: str) -> str:
    """The edition itself, `auto` included.

    Raises: ValueError with the editions there are, and the closest of them.
    """
    return chosen("edition", edition, CHOICES)


def told_edition(body: Mapping[str, Any]) -> tuple[str, str]:
    """The edition of an answer and how it was told.

    Failed answers, CREATED and EXPIRED bodies are alike in `v1` and `v2`: they count as `v2`, today's servers.
    """
    data = body.get("data")
    if not isinstance(data, dict) or not data:
        return "v2", "nothing in the body tells"
    for name in _V2_ONLY:
        if name in data:
            return "v2", f"the task has `{name}`"
    for name in _V1_ONLY + _SINCE_V1:
        if name in data:
            return "v1", f"the task has `{name}` but no `root_id:`"
    if data.get("state") == "EXPIRED" or (data.get("state") == "CREATED" and data.get("start_time", "") is None):
        return "v2", "a CREATED or EXPIRED body, alike in v1 and v2"
    return "doc-2019", "the task has none of the fields that later editions added"


def told_request_edition(params: Mapping[str, Any], later: frozenset[str]) -> tuple[str, str]:
    """The edition of a request and how it was told; `later` are the parameters that the document does not have."""
    for name in params:
        if name in later:
            return "v2", f"the request has `{name}`"
    return "doc-2019", "the request has no parameter that later editions added"
