"""What one difference between two schemas is, and how much it weighs in each direction."""

from __future__ import annotations

import dataclasses
import enum


class Direction(enum.StrEnum):
    """Whose words a schema describes: what clients send, or what servers answer."""

    REQUEST = "request"
    RESPONSE = "response"


class Effect(enum.StrEnum):
    """What a difference does to the set of documents that a schema allows."""

    WIDENED = "widened"
    NARROWED = "narrowed"
    REPLACED = "replaced"
    OPENED = "opened"
    """Only fields more than before: readers pass over what they do not know."""
    DROPPED = "dropped"
    """A field is not there any more: readers miss it, those who sent it are refused."""
    IGNORED = "ignored"
    """A field is not described any more, but it is still accepted."""
    ANNOTATED = "annotated"


class Weight(enum.StrEnum):
    """How much a difference matters to those who are there already."""

    BREAKING = "breaking"
    ADDITIVE = "additive"
    COSMETIC = "cosmetic"


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One difference between an old and a new schema.

    `code` is stable and made for machines; `pointer` is a JSON Pointer into the schema of `side` (`old` for what is
    gone, else `new`); `places` are the values in a document that it concerns (`*` for any key or index), the first
    one found first; `message` says what is different in one sentence.
    """

    code: str
    weight: Weight
    direction: Direction
    side: str
    pointer: str
    places: tuple[str, ...]
    message: str


_WEIGHTS = {
    Effect.WIDENED: {Direction.RESPONSE: Weight.BREAKING, Direction.REQUEST: Weight.ADDITIVE},
    Effect.NARROWED: {Direction.RESPONSE: Weight.ADDITIVE, Direction.REQUEST: Weight.BREAKING},
    Effect.REPLACED: dict.fromkeys(Direction, Weight.BREAKING),
    Effect.OPENED: dict.fromkeys(Direction, Weight.ADDITIVE),
    Effect.DROPPED: dict.fromkeys(Direction, Weight.BREAKING),
    Effect.IGNORED: {Direction.RESPONSE: Weight.BREAKING, Direction.REQUEST: Weight.ADDITIVE},
    Effect.ANNOTATED: dict.fromkeys(Direction, Weight.COSMETIC),
}
_FLIPPED = {Effect.WIDENED: Effect.NARROWED, Effect.NARROWED: Effect.WIDENED, Effect.OPENED: Effect.NARROWED}


def weight_of(effect: Effect, direction: Direction) -> Weight:
    """What an effect means for those who read answers (`response`) or send requests (`request`)."""
    return _WEIGHTS[effect][direction]


def flipped(effect: Effect) -> Effect:
    """What an effect inside `not` is outside of it."""
    return _FLIPPED.get(effect, effect)
