"""What differs between two schemas, or two editions, and whether it breaks those who are there already."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterator
from typing import TypeAlias

from taskmock.contracts.diff.change import Change, Direction, Effect, Weight, flipped, weight_of
from taskmock.contracts.diff.demands import Demands, demands_of
from taskmock.contracts.diff.fields import ANY, field_findings
from taskmock.contracts.diff.keywords import Difference, keyword_differences
from taskmock.contracts.diff.source import Conjunction, SchemaError, Source, canonical, identity, without
from taskmock.contracts.diff.variants import MAX_CONDITIONS, cases_of, conditions_of, decided, label_of, pieces_in
from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.validation.schema import schema_defects
from taskmock.schemas import load_schema

MAX_PAIRS = 50_000
"""Most pairs of sub-schemas that are compared."""

_Key: TypeAlias = tuple[str, str, bool]
_CHOOSING = frozenset({"anyOf", "oneOf"})
_HARMLESS = frozenset({Effect.WIDENED, Effect.OPENED, Effect.IGNORED, Effect.ANNOTATED})
_ORDER = tuple(Weight)


def diff_schemas(old: object, new: object, *, direction: str = Direction.RESPONSE) -> tuple[Change, ...]:
    """The differences between two JSON Schemas, breaking ones first, else in the order of the documents.

    Raises: SchemaError for what is no schema, or has references that lead out of it.
    """
    for side, schema in (("the old schema", old), ("the new schema", new)):
        defect = next(schema_defects(schema), None)
        if defect is not None:
            raise SchemaError(f"{side} is no JSON Schema of draft 2020-12: {defect}")
    comparison = _Comparison(Source(old), Source(new), Direction(direction))
    comparison.run(_Pair(comparison.old.top, comparison.new.top))
    return tuple(sorted(comparison.changes(), key=lambda change: _ORDER.index(change.weight)))


def diff_editions(old: str, new: str) -> tuple[Change, ...]:
    """The differences between two editions, in their answers, then in their requests.

    Raises: ValueError for an unknown edition, with those there are.
    """
    return tuple(
        change
        for direction in (Direction.RESPONSE, Direction.REQUEST)
        for change in diff_schemas(load_schema(old, direction), load_schema(new, direction), direction=direction)
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Pair:
    """Two conjunctions to compare, the place in a document that they describe, and whether they stand inside `not`.

    `case` names the condition under which they are compared, where only one side puts it.
    """

    old: Conjunction
    new: Conjunction
    place: str = ""
    negated: bool = False
    case: str = ""

    @property
    def key(self) -> _Key:
        return identity(self.old), identity(self.new), self.negated


class _Comparison:
    """One walk through two schemas side by side; each pair of sub-schemas is compared once, recursion included."""

    def __init__(self, old: Source, new: Source, direction: Direction) -> None:
        self.old, self.new, self.direction = old, new, direction
        self.waiting: collections.deque[_Pair] = collections.deque()
        self.places: dict[_Key, list[str]] = {}
        self.found: dict[tuple[str, str, str, str], tuple[Effect, list[tuple[_Key, str]]]] = {}
        self.current: _Key = ("", "", False)

    def run(self, pair: _Pair) -> None:
        self.waiting.append(pair)
        while self.waiting:
            each = self.waiting.popleft()
            if each.key in self.places:
                self.places[each.key].append(each.place)
                continue
            self.places[each.key] = [each.place]
            self.current = each.key
            if len(self.places) > MAX_PAIRS:
                raise SchemaError(f"more than {MAX_PAIRS:,} pairs of sub-schemas to compare")
            self._compare(each)

    def changes(self) -> Iterator[Change]:
        for (code, side, pointer, text), (effect, places) in self.found.items():
            yield Change(
                code=code,
                weight=weight_of(effect, self.direction),
                direction=self.direction,
                side=side,
                pointer=pointer,
                places=tuple(dict.fromkeys(f"{place}{end}" for key, end in places for place in self.places[key])),
                message=text,
            )

    def _compare(self, pair: _Pair) -> None:
        before, now = conditions_of(self.old, pair.old), conditions_of(self.new, pair.new)
        conditions = {**before, **now}
        if len(conditions) > MAX_CONDITIONS:
            place = pair.place or "the top"
            raise SchemaError(f"at {place}: more than the {MAX_CONDITIONS} conditions that can be told apart")
        done: set[tuple[str, str]] = set()
        for case in cases_of(conditions):
            old, new = pieces_in(self.old, pair.old, case), pieces_in(self.new, pair.new, case)
            texts = (identity(old), identity(new))
            if texts in done:
                continue
            done.add(texts)
            news = [text for text, holds in case.items() if holds and not (text in before and text in now)]
            label = "".join(label_of(conditions[text].value) for text in news)
            fixed = tuple(decided(conditions[text], holds=holds) for text, holds in case.items())
            self._compare_case(_Pair((*old, *fixed), (*new, *fixed), pair.place + label, pair.negated, label))

    def _compare_case(self, pair: _Pair) -> None:
        old, new = demands_of(pair.old), demands_of(pair.new)
        if len(old.choices) != len(new.choices) and len(old.choices) + len(new.choices) == 1:
            self._compare_choices(_branches(pair.old, old), _branches(pair.new, new), pair)
            return
        if old.never != new.never:
            effect, text = (
                (Effect.NARROWED, "is never there now") if new.never else (Effect.WIDENED, "may be there now")
            )
            self._note(Difference("schema.never", effect, text, ""), pair, (old, new))
            return
        for difference in keyword_differences(old, new):
            self._note(difference, pair, (old, new))
        for finding in field_findings(old, new, self.direction):
            if isinstance(finding, Difference):
                self._note(finding, pair, (old, new))
            else:
                self._add(pair, finding[0], finding[1], finding[2])
        self._look_inside(old, new, pair)
        for before, now in zip(old.choices, new.choices, strict=False):
            self._compare_choices([(part,) for part in before], [(part,) for part in now], pair)
        for _ in new.choices[len(old.choices) :]:
            text = "must fit one of several alternatives now"
            self._note(Difference("choice.demanded", Effect.NARROWED, text, "anyOf"), pair, (old, new))
        for _ in old.choices[len(new.choices) :]:
            text = "need not fit one of several alternatives any more"
            self._note(Difference("choice.lifted", Effect.WIDENED, text, "anyOf", "old"), pair, (old, new))

    def _look_inside(self, old: Demands, new: Demands, pair: _Pair) -> None:
        """Adds the pairs inside items, names and what is forbidden."""
        both = old.types & new.types
        if "array" in both:
            for index in range(max(len(old.prefix), len(new.prefix))):
                before, now = (form.prefix.get(index) or form.single.get("items", ANY) for form in (old, new))
                self._add(pair, before, now, f"/{index}")
            self._add(pair, old.single.get("items", ANY), new.single.get("items", ANY), "/*")
            self._add(pair, old.single.get("contains", ANY), new.single.get("contains", ANY), "/*")
        if "object" in both:
            self._add(pair, old.single.get("propertyNames", ANY), new.single.get("propertyNames", ANY), "")
            before_named, now_named = old.named.get("dependentSchemas", {}), new.named.get("dependentSchemas", {})
            for name in dict.fromkeys((*before_named, *now_named)):
                self._add(pair, before_named.get(name, ANY), now_named.get(name, ANY), "")
        texts = [{canonical(part.value) for part in form.forbidden} for form in (old, new)]
        gone = [part for part in old.forbidden if canonical(part.value) not in texts[1]]
        come = [part for part in new.forbidden if canonical(part.value) not in texts[0]]
        if len(gone) == len(come) == 1:
            self.waiting.append(_Pair((gone[0],), (come[0],), pair.place, not pair.negated))
        elif gone:
            self._note(Difference("not.removed", Effect.WIDENED, "forbids less now", "not", "old"), pair, (old, new))
        if come and len(gone) != 1:
            self._note(Difference("not.added", Effect.NARROWED, "forbids more now", "not"), pair, (old, new))

    def _add(self, pair: _Pair, old: Conjunction, new: Conjunction, step: str) -> None:
        self.waiting.append(_Pair(old, new, pair.place + step, pair.negated))

    def _compare_choices(self, old: list[Conjunction], new: list[Conjunction], pair: _Pair) -> None:
        """Compares alternatives: those alike fall away, a pair left over is looked into, the rest came or went."""
        every = (tuple(old), tuple(new))
        for before in every[0]:
            twin = next((now for now in new if identity(now) == identity(before) or self._alike(before, now)), None)
            if twin is not None:
                old.remove(before)
                new.remove(twin)
        if len(old) == len(new):
            for before, now in zip(old, new, strict=True):
                self._add(pair, before, now, "")
            return
        for now in new:
            if not any(self._fits(now, before, to_old=True) for before in every[0]):
                self._note_choice("choice.added", Effect.WIDENED, now, pair)
        for before in old:
            if not any(self._fits(before, now) for now in every[1]):
                self._note_choice("choice.removed", Effect.NARROWED, before, pair)

    def _note_choice(self, code: str, effect: Effect, choice: Conjunction, pair: _Pair) -> None:
        side, source = ("new", self.new) if effect is Effect.WIDENED else ("old", self.old)
        form = demands_of(source.pieces(choice))
        said = form.annotations.get("title") or form.pointer("")
        text = f"has another alternative now: {said}" if side == "new" else f"has an alternative less: {said}"
        self._record(Difference(code, effect, text, "", side), pair, form.pointer(""))

    def _alike(self, old: Conjunction, new: Conjunction) -> bool:
        return not self._effects(old, new) - {Effect.ANNOTATED}

    def _fits(self, one: Conjunction, other: Conjunction, *, to_old: bool = False) -> bool:
        """Whether all that the one allows, the other allows as well."""
        return self._effects(one, other, to_old=to_old) <= _HARMLESS

    def _effects(self, one: Conjunction, other: Conjunction, *, to_old: bool = False) -> set[Effect]:
        sources = (self.new, self.old) if to_old else (self.old, self.new)
        inner = _Comparison(*sources, Direction.REQUEST)
        for before, now, negated in self.places:  # what is being compared, or was, counts as alike: recursion ends
            inner.places[(now, before, negated) if to_old else (before, now, negated)] = []
        inner.run(_Pair(one, other))
        return {effect for effect, _ in inner.found.values()}

    def _note(self, difference: Difference, pair: _Pair, forms: tuple[Demands, Demands]) -> None:
        form = forms[0] if difference.side == "old" else forms[1]
        first, _, rest = difference.keyword.partition("/")
        pointer = form.pointer(first)
        named = form.named.get(first, {}).get(difference.field)
        self._record(difference, pair, named[0].pointer if named and rest else pointer)

    def _record(self, difference: Difference, pair: _Pair, pointer: str) -> None:
        step = f"/{escaped(difference.field)}" if difference.field else ""
        text = f"{_subject(pair.place + step, self.direction)} {difference.text}"
        effect = flipped(difference.effect) if pair.negated else difference.effect
        key = (difference.code, difference.side, pointer, text)
        self.found.setdefault(key, (effect, []))[1].append((self.current, pair.case + step))


def _branches(pieces: Conjunction, form: Demands) -> list[Conjunction]:
    """Each alternative with what stands beside it; the schemas themselves where there are no alternatives."""
    if not form.choices:
        return [pieces]
    plain = tuple(without(part, _CHOOSING) for part in pieces)
    return [(branch, *plain) for branch in form.choices[0]]


def _subject(place: str, direction: Direction) -> str:
    name = _name(place)
    bare, _, case = name.partition("[")
    said = f" where {case.rstrip(']')}" if case else ""
    if not bare:
        return f"the whole {direction}{said}"
    if bare == "*":
        above = _name(place.rpartition("/")[0])
        return f"an entry of `{above}`{said}" if above else f"an entry{said}"
    return f"`{bare}`{said}"


def _name(place: str) -> str:
    """The last step of a place."""
    return place.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
