"""The states each edition knows, for the task and for nodes below it, and the finding for any other."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from taskmock.contracts.findings.violation import clip
from taskmock.contracts.findings.wording import guess
from taskmock.contracts.validation.structure import Vocabulary
from taskmock.schemas import base_of, load_states, variant_of

LEVEL_NAMES = {"task": "the task", "node": "a node below the task"}


@functools.cache
def states_of(edition: str, level: str) -> tuple[str, ...]:
    """The states of an edition on a level (`task`, `node`), in the vocabulary's order."""
    variant, base = variant_of(edition), base_of(edition)
    unknown = () if variant is None else variant.states_lacking
    known = (row["state"] for row in _rows() if level in row["levels"].get(base, ()))
    return tuple(state for state in known if state not in unknown)


def state_complaint(state: str, edition: str, level: str) -> tuple[str, str]:
    """The code and the sentence for a state that an edition does not know on a level."""
    allowed = states_of(edition, level)
    name = LEVEL_NAMES[level]
    row = next((row for row in _rows() if row["state"] == state), None)
    if row is None:
        if state.startswith("PENDING_"):
            return "state.unknown", f"{clip(state)} belongs to the web page's own endpoint, never to this API"
        return "state.unknown", f"{clip(state)} is no state of {name} in edition {edition}{guess(state, allowed)}"
    if base_of(edition) not in row["levels"]:
        editions = " and ".join(row["levels"])
        return "state.unknown", f"{state} is no state of edition {edition}, only of {editions}"
    if state == "CREATED":
        return "state.misplaced", "a node below the task is never CREATED: one not yet reached has no entry"
    return "state.misplaced", f"{name} is never {state} in edition {edition}"


@functools.cache
def vocabularies(edition: str, level: str = "node") -> Mapping[str, Vocabulary]:
    """The words that the fields of a node, or of a task, hold."""
    return {"state": Vocabulary(states_of(edition, level), lambda state: state_complaint(state, edition, level))}


@functools.cache
def known_states() -> frozenset[str]:
    """Every state that some edition documents."""
    return frozenset(row["state"] for row in _rows())


@functools.cache
def _rows() -> tuple[dict[str, Any], ...]:
    return load_states()
