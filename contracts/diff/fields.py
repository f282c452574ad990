"""The differences between the fields that two forms of objects have, and the pairs of them to look into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from taskmock.contracts.diff.change import Direction, Effect
from taskmock.contracts.diff.demands import Demands
from taskmock.contracts.diff.keywords import Difference
from taskmock.contracts.diff.source import Conjunction, Located
from taskmock.contracts.findings.pointer import escaped

ANY = (Located(True, ""),)  # noqa: FBT003  # the schema that allows everything

Pair: TypeAlias = tuple[Conjunction, Conjunction, str]
"""An old and a new conjunction, and what to append to the place where they stand."""


def field_findings(old: Demands, new: Demands, direction: Direction) -> Iterator[Difference | Pair]:
    """Yields fields that came, went, or are demanded otherwise, and a pair for each that both sides describe."""
    if "object" not in old.types or "object" not in new.types:
        return
    before, now = old.named.get("properties", {}), new.named.get("properties", {})
    for name in before:
        yield from _kept_or_gone(name, old, new)
    for name in now:
        if name not in before:
            yield from _come(name, old, new, direction)
    one_sided = before.keys() ^ now.keys()
    for name in sorted(old.required ^ new.required, key=lambda name: (name in one_sided, name)):
        if name in one_sided and (_described(old, name) is None or _described(new, name) is None):
            continue
        if name in new.required:
            yield Difference("required.added", Effect.NARROWED, "is required now", "required", field=name)
        else:
            yield Difference("required.removed", Effect.WIDENED, "may be missing now", "required", "old", name)
    yield from _rest(old, new)


def _kept_or_gone(name: str, old: Demands, new: Demands) -> Iterator[Difference | Pair]:
    there = _described(new, name)
    if there is not None:
        yield old.named["properties"][name], there, f"/{escaped(name)}"
        return
    closed = is_closed(new)
    effect = Effect.DROPPED if closed else Effect.IGNORED
    text = "is gone" if closed else "is not described any more"
    yield Difference("property.removed", effect, text, f"properties/{escaped(name)}", "old", name)


def _come(name: str, old: Demands, new: Demands, direction: Direction) -> Iterator[Difference | Pair]:
    there = _described(old, name)
    if there is not None:
        yield there, new.named["properties"][name], f"/{escaped(name)}"
        return
    demanded = name in new.required and name not in old.required
    place = f"properties/{escaped(name)}"
    if direction is Direction.REQUEST and demanded:
        yield Difference("property.added", Effect.NARROWED, "is new and demanded", place, field=name)
    else:
        how = "always there" if demanded else "optional"
        yield Difference("property.added", Effect.OPENED, f"is new ({how})", place, field=name)


def _described(form: Demands, name: str) -> Conjunction | None:
    """What a form says of a field: by its name, by a pattern, or by a schema for every other field."""
    named = form.named.get("properties", {}).get(name)
    if named is not None:
        return named
    for pattern, conjunction in form.named.get("patternProperties", {}).items():
        if re.search(pattern, name):
            return conjunction
    return _kind_of_rest(form)


def _rest(old: Demands, new: Demands) -> Iterator[Difference | Pair]:
    """Yields what became of the fields that have no name."""
    before, now = _kind_of_rest(old), _kind_of_rest(new)
    patterns = [form.named.get("patternProperties", {}) for form in (old, new)]
    for pattern in dict.fromkeys((*patterns[0], *patterns[1])):
        yield patterns[0].get(pattern) or before or ANY, patterns[1].get(pattern) or now or ANY, "/*"
    keyword = "additionalProperties"
    if before and now:
        yield before, now, "/*"
    elif before and is_closed(new):
        yield Difference("entries.removed", Effect.NARROWED, "has no further entries now", keyword)
    elif before:
        yield Difference("entries.widened", Effect.WIDENED, "may have entries of any kind now", keyword, "old")
    elif now and is_closed(old):
        yield Difference("entries.added", Effect.OPENED, "may have further entries now", keyword)
    elif now:
        yield Difference("entries.narrowed", Effect.NARROWED, "has further entries of one kind only now", keyword)
    elif is_closed(new) and not is_closed(old):
        yield Difference("entries.closed", Effect.NARROWED, "has no undescribed fields now", keyword)
    elif is_closed(old) and not is_closed(new):
        yield Difference("entries.opened", Effect.OPENED, "may have undescribed fields now", keyword, "old")


def is_closed(form: Demands) -> bool:
    """Whether an object may have no fields but those described."""
    rest = _rest_of(form)
    return form.bounds.get("maxProperties") == 0 or any(part.value is False for part in rest)


def _kind_of_rest(form: Demands) -> Conjunction | None:
    """What every field without a name must be; None where it may be anything, or may not be there."""
    rest = _rest_of(form)
    is_open = all(part.value is True or part.value == {} for part in rest)
    return None if is_open or is_closed(form) else rest


def _rest_of(form: Demands) -> Conjunction:
    return form.single.get("additionalProperties") or form.single.get("unevaluatedProperties") or ()
