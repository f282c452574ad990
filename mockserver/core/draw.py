"""Every random choice of the product: a hash of what is decided, so that one draw never disturbs another.

There is no random stream: the same seed, purpose and place give the same value in every process and release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_SPAN = 1 << 64


def draw_hex(*parts: object) -> str:
    """32 lower-case hex digits that depend on all parts (their `str`) and on nothing else."""
    # surrogatepass: a name may hold what no UTF-8 text can, and is still a name.
    text = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def draw_unit(*parts: object) -> float:
    """A number in [0, 1)."""
    return int(draw_hex(*parts)[:16], 16) / _SPAN


def draw_int(least: int, most: int, *parts: object) -> int:
    """A whole number from `least` to `most`, both included."""
    return least + int(draw_hex(*parts)[:16], 16) * (most - least + 1) // _SPAN


def draw_choice(options: Sequence[T], *parts: object) -> T:
    """One of the options, each as likely as the others."""
    return options[draw_int(0, len(options) - 1, *parts)]
