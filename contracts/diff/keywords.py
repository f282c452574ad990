"""The differences between two forms that their own keywords make; what is inside fields and items is not looked at."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from taskmock.contracts.diff.change import Effect
from taskmock.contracts.diff.demands import LOWER, MARKS, TYPES, UPPER, Demands, said_types
from taskmock.contracts.diff.source import canonical
from taskmock.contracts.findings.violation import clip

SHOWN = 12
"""Most values that a sentence names."""


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One difference at one place: `text` goes on after the name of the value; `field` is a field of it, where one is.

    `keyword` says where the difference stands, in the schema of `side`.
    """

    code: str
    effect: Effect
    text: str
    keyword: str
    side: str = "new"
    field: str = ""


def keyword_differences(old: Demands, new: Demands) -> Iterator[Difference]:
    """Yields what differs in types, values, bounds, forms and demands; then in words, where nothing else does."""
    found = [*_value_differences(old, new), *_type_differences(old, new)]
    found += _bound_differences(old, new)
    found += _mark_differences(old, new)
    found += _dependent_differences(old, new)
    yield from found
    if not found:
        yield from _annotation_differences(old, new)


def _type_differences(old: Demands, new: Demands) -> Iterator[Difference]:
    if (old.values is not None and new.values is not None) or old.types == new.types:
        return
    gained = new.types - old.types if old.values is None else frozenset()  # else the values say so already
    lost = old.types - new.types if new.values is None else frozenset()
    before, now = said_types(old.types), said_types(new.types)
    shared = old.types & new.types
    if not shared or (gained and lost):
        verb = "may be" if shared else "is"
        yield Difference("type.changed", Effect.REPLACED, f"{verb} {now} now, not {before}", "type")
    elif gained:
        more = now if new.types >= set(TYPES) else said_types(gained)
        side = "new" if "type" in new.pointers else "old"
        yield Difference("type.widened", Effect.WIDENED, f"may be {more} now, not only {before}", "type", side)
    elif lost:
        yield Difference("type.narrowed", Effect.NARROWED, f"is only {now} now, not {before}", "type")


def _value_differences(old: Demands, new: Demands) -> Iterator[Difference]:
    is_told_by_types = old.values is None or new.values is None
    if (old.values is None and new.values is None) or (is_told_by_types and not old.types & new.types):
        return
    before = {canonical(value): value for value in old.values or ()}
    now = {canonical(value): value for value in new.values or ()}
    if old.values is None:
        yield Difference("enum.added", Effect.NARROWED, f"is only {_listed(now)} now", _values_keyword(new))
    elif new.values is None:
        text = f"may be any {said_types(new.types)} now, not only {_listed(before)}"
        yield Difference("enum.removed", Effect.WIDENED, text, _values_keyword(old), "old")
    else:
        grown = {text: now[text] for text in now if text not in before}
        shrunk = {text: before[text] for text in before if text not in now}
        if grown:
            yield Difference("enum.grown", Effect.WIDENED, f"may be {_listed(grown)} now", _values_keyword(new))
        if shrunk:
            text = f"is never {_listed(shrunk)} now"
            yield Difference("enum.shrunk", Effect.NARROWED, text, _values_keyword(old), "old")


def _values_keyword(form: Demands) -> str:
    return "enum" if "enum" in form.pointers else "const"


def _listed(values: dict[str, Any]) -> str:
    quoted = [clip(value) for value in values.values()]
    hidden = len(quoted) - SHOWN
    if hidden > 0:
        return f"{', '.join(quoted[:SHOWN])} or {hidden} more"
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else "".join(quoted) or "nothing"


def _bound_differences(old: Demands, new: Demands) -> Iterator[Difference]:
    for keywords, sign in ((LOWER, 1), (UPPER, -1)):
        for keyword in keywords:
            if keyword.startswith("exclusive") or not _matters(keyword, old, new):
                continue
            before, now = _bound(old, keyword, sign), _bound(new, keyword, sign)
            if before == now:
                continue
            tighter = now is not None and (before is None or sign * now[0] > sign * before[0] or _stricter(before, now))
            code, effect = ("range.narrowed", Effect.NARROWED) if tighter else ("range.widened", Effect.WIDENED)
            standing = new if now is not None else old
            yield Difference(
                code,
                effect,
                _bound_text(keyword, before, now),
                keyword if keyword in standing.pointers else _exclusive(keyword),
                "new" if now is not None else "old",
            )


def _stricter(before: tuple[float, bool], now: tuple[float, bool]) -> bool:
    return now[0] == before[0] and now[1] and not before[1]


def _exclusive(keyword: str) -> str:
    return f"exclusive{keyword[:1].upper()}{keyword[1:]}"


def _bound(form: Demands, keyword: str, sign: int) -> tuple[float, bool] | None:
    """A bound and whether it is itself outside; None where there is none. Whole numbers have no such outside."""
    plain, strict = form.bounds.get(keyword), form.bounds.get(_exclusive(keyword))
    if strict is not None and "number" not in form.types:
        inside = strict + sign
        strict, plain = None, inside if plain is None else sign * max(sign * plain, sign * inside)
    if strict is not None and (plain is None or sign * strict >= sign * plain):
        return strict, True
    if plain is None or (plain == 0 and keyword in {"minLength", "minItems", "minProperties"}):
        return None
    return plain, False


def _bound_text(keyword: str, before: tuple[float, bool] | None, now: tuple[float, bool] | None) -> str:
    def said(bound: tuple[float, bool]) -> str:
        return f"`{_exclusive(keyword) if bound[1] else keyword}` {bound[0]}"

    if now is None:
        return f"has no {said(before)} any more" if before else ""
    return f"has {said(now)} now, not {said(before)}" if before else f"has {said(now)} now"


def _mark_differences(old: Demands, new: Demands) -> Iterator[Difference]:
    for keyword in MARKS:
        before, now = (form.marks.get(keyword, frozenset()) for form in (old, new))
        if before == now or not _matters(keyword, old, new):
            continue
        if now > before:
            text = f"has {'a further ' if before else ''}`{keyword}` now{_titled(new)}"
            yield Difference("form.added", Effect.NARROWED, text, keyword)
        elif before > now:
            text = f"has one `{keyword}` less" if now else f"has no `{keyword}` any more"
            text += _titled(old)
            yield Difference("form.removed", Effect.WIDENED, text, keyword, "old")
        else:
            titles = [form.annotations.get("title") for form in (new, old)]
            told = f": {titles[0]} (before: {titles[1]})" if all(titles) and titles[0] != titles[1] else ""
            yield Difference("form.changed", Effect.REPLACED, f"has another `{keyword}` now{told}", keyword)


def _titled(form: Demands) -> str:
    title = form.annotations.get("title")
    return f": {title}" if title else ""


def _matters(keyword: str, old: Demands, new: Demands) -> bool:
    """Whether a keyword speaks of values that both allow; what only one allows is told by the types."""
    if not Demands(types=old.types & new.types).speaks_of(keyword):
        return False
    if old.values is None and new.values is None:
        return True
    if old.values is not None and new.values is not None:
        return False
    free, values = (new, old.values) if old.values is not None else (old, new.values)
    return not all(_passes(value, keyword, free) for value in values or ())


def _passes(value: Any, keyword: str, form: Demands) -> bool:  # noqa: ANN401  # decoded JSON
    """Whether a value passes one keyword of a form, as far as that is simple to tell."""
    if keyword == "pattern" and isinstance(value, str):
        return all(re.search(pattern, value) for pattern in form.marks.get(keyword, ()))
    size: Any = value
    if keyword.endswith(("Length", "Items", "Properties")):
        size = len(value) if isinstance(value, (str, list, dict)) else None
    if not isinstance(size, (int, float)) or isinstance(size, bool):
        return keyword not in form.marks
    for sign, bound in ((1, _bound(form, keyword, 1)), (-1, _bound(form, keyword, -1))):
        if (keyword in LOWER) == (sign == 1) and bound and (sign * size, not bound[1]) < (sign * bound[0], True):
            return False
    return keyword not in form.marks


def _dependent_differences(old: Demands, new: Demands) -> Iterator[Difference]:
    for name in dict.fromkeys((*old.dependent, *new.dependent)):
        before, now = old.dependent.get(name, frozenset()), new.dependent.get(name, frozenset())
        for other in sorted(now - before):
            text = f"has `{other}` now wherever it has `{name}`"
            yield Difference("required.added", Effect.NARROWED, text, "dependentRequired")
        for other in sorted(before - now):
            text = f"may lack `{other}` now where it has `{name}`"
            yield Difference("required.removed", Effect.WIDENED, text, "dependentRequired", "old")


def _annotation_differences(old: Demands, new: Demands) -> Iterator[Difference]:
    names = dict.fromkeys((*old.annotations, *new.annotations))
    other = [name for name in names if old.annotations.get(name) != new.annotations.get(name)]
    if other:
        yield Difference("text.changed", Effect.ANNOTATED, f"is described in other words ({', '.join(other)})", "")
