"""What a node id looks like; everything else that is asked for is a task id."""

from __future__ import annotations

import re

_NODE_ID = re.compile(r"n[0-9a-f]{31}|[0-9a-f]{32}")


def is_node_id(text: str) -> bool:
    """Whether a text is the id of a node: 32 lower-case hex digits, or `n` and 31 of them (fact)."""
    # 32 decimal digits could be a task's number as well; no task id is that long.
    return _NODE_ID.fullmatch(text) is not None
