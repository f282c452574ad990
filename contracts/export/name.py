"""What the parts of the schemas are called in exports, such as `GetTaskStatusV2Node`."""

from __future__ import annotations

import re

SCHEME = "urn:taskmock:"
_WORD = re.compile(r"[^0-9A-Za-z]+")


def pascal(text: str) -> str:
    """Some words as one name: `get_task_list` is `GetTaskList`."""
    return "".join(word[:1].upper() + word[1:] for word in _WORD.split(text) if word)


def part_name(uri: str) -> str:
    """The name of a part of a schema by where it stands: a whole document, or one of its `$defs`."""
    document, _, pointer = uri.partition("#")
    *owner, kind = document.removeprefix(SCHEME).split(":")
    part = pointer.rpartition("/")[2]
    if not owner:
        return pascal(part) if pascal(part).startswith(pascal(kind)) else pascal(kind) + pascal(part)
    return pascal(" ".join(owner)) + pascal(part or kind)
