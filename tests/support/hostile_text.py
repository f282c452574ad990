"""Text that terminals and CI services obey, and whether an output has any."""

from __future__ import annotations

import re

from hypothesis import strategies as st

COMMANDS = (
    "::error::owned",
    "::set-output name=a::b",
    "::stop-commands::token",
    "::add-mask::e",
    "  ::error::owned",
    "##[group]",
    "a ##[add-mask]e",
    "##vso[task.setvariable variable=a]b",
    "###VSO[task.complete]",
    "##teamcity[buildStatus status='SUCCESS']",
)
CONTROLS = ("\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\x7f", "\r", "\n", "\u2028", "\u202e")
NAMES = st.lists(
    st.sampled_from([*COMMANDS, *CONTROLS, "#", "##", ":", "::", " ", "[", "vso", "name"]), min_size=1, max_size=4
).map("".join)
"""Names made of what does harm, and of its parts."""

_ANYWHERE = re.compile(r"##[a-z]*\[", re.IGNORECASE)


def harm(output: str) -> list[str]:
    """The lines of an output that a terminal or a CI service obeys."""
    return [
        line
        for line in output.split("\n")
        if _ANYWHERE.search(line) or line.lstrip().startswith("::") or not line.isprintable()
    ]
