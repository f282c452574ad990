"""What the judge must know of an API and of its calls, and how one answer is judged by it."""

from __future__ import annotations

import dataclasses
import enum
import functools
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol

from taskmock.contracts.findings.rule import Rule, rule_violations
from taskmock.contracts.findings.violation import Strictness, Violation
from taskmock.contracts.validation.form import Form
from taskmock.contracts.validation.overlay import Overlay
from taskmock.contracts.validation.schema import Shape
from taskmock.contracts.validation.structure import Vocabulary, place_violations
from taskmock.contracts.validation.walk import Place, walk

Detected = tuple[str, str]
"""An edition, and how it was detected."""


class ClockRule(enum.StrEnum):
    """Whether the clock of the answers in a history must keep up with the poller's: always, never, or unless an answer
    says that its clock is not the wall's."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclasses.dataclass(frozen=True, slots=True)
class Envelope:
    """The keys around the data of an answer: their shape, and whether an answer that is no failure must have data.

    `telltale` are fields of the data by which it is known where it stands without its envelope.
    """

    shape: Shape
    needs_data: bool = True
    telltale: Collection[str] = ()


class Series(Protocol):
    """The judge of the answers of one task in the order they were polled; `nodes` counts those that it has judged."""

    nodes: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the verdict should know besides, once all answers are judged."""

    def violations(self, polls: Iterable[Any]) -> Iterator[Violation]:
        """Yields what is wrong with each answer by itself and after those before it, and what only the end shows."""

    def follow(self, number: int, poll: Any) -> Iterator[Violation]:  # noqa: ANN401 - the API's own
        """Yields what is wrong with the next answer; `number` is its poll's."""

    def close(self) -> Iterator[Violation]:
        """Yields what can be said only when all answers are there."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CallContract:
    """What one call promises.

    By edition: `form` is what its data must be (None where it may be anything), `envelope` the keys around the data,
    `parameters` the shape of its request. `rules` relate fields of what `document` makes of an answer. `detect_edition`
    gives the edition of an answer, `detect_request_edition` that of parameters. `of_tree` says that the data is one
    tree; only then can answers be judged as a `series`, and changed by an overlay.
    """

    operation: str
    editions: tuple[str, ...]
    form: Callable[[str], Form | None]
    envelope: Callable[[str, Overlay | None], Envelope]
    parameters: Callable[[str], Shape]
    detect_edition: Callable[[Mapping[str, Any]], Detected]
    detect_request_edition: Callable[[Mapping[str, Any]], Detected]
    rules: tuple[Rule[Any], ...] = ()
    document: Callable[[Answer], Any] = lambda answer: answer
    of_tree: bool = False
    series: Callable[[Callable[[dict[str, Any], str], Answer], str, Collection[str], ClockRule], Series] | None = None
    detect_series_edition: Callable[[Iterable[Any]], Detected] = lambda _: ("", "")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What all calls of an API have in common.

    `default` is the call that is judged unless another is named. `payload` gives the part of an answer that its form
    describes, `prefix` the pointer to it, and `node` the form of the nodes of trees in it. `envelope` judges what is
    around it, `tree` the nodes of one tree in it, and `request` parameters. `vocabularies` are the words that fields
    outside of trees hold, by edition; `nodes` are the last parts of the addresses of forms that stand for nodes, too.
    """

    name: str
    default: str
    operations: Mapping[str, CallContract]
    payload: Callable[[Mapping[str, Any]], object]
    prefix: str
    envelope: Callable[[Answer], Iterator[Violation]]
    tree: Callable[[Answer, tuple[Place, ...]], Iterator[Violation]]
    request: Callable[[dict[str, Any], Strictness, Shape], Iterator[Violation]]
    vocabularies: Callable[[str], Mapping[str, Vocabulary]] = lambda _: {}
    nodes: frozenset[str] = frozenset()
    node: Form | None = None


@dataclasses.dataclass(frozen=True)
class Answer:
    """One decoded answer with the edition and strictness to judge it by, and the request it answers where known.

    `skip` are the codes of rules that are left out.
    """

    body: dict[str, Any]
    api: Api
    call: CallContract
    edition: str
    strictness: Strictness
    request: Mapping[str, Any] | None = None
    overlay: Overlay | None = None
    skip: Collection[str] = ()

    @functools.cached_property
    def places(self) -> tuple[Place, ...]:
        """Every place of its data that is judged by itself; none where it is a failure."""
        api, form = self.api, self.call.form(self.edition)
        return () if form is None else tuple(walk(api.payload(self.body), form, prefix=api.prefix, node=api.node))

    @property
    def nodes(self) -> int:
        """How many nodes of tasks it shows."""
        return sum(place.is_node or _origin(place.form) in self.api.nodes for place in self.places)

    def violations(self) -> Iterator[Violation]:
        """Yields every finding: the keys around the data, the structure of each place, each tree, then the rules."""
        yield from self.api.envelope(self)
        vocabularies = self.api.vocabularies(self.edition)
        for is_tree, places in itertools.groupby(self.places, key=lambda place: place.is_node):
            if is_tree:
                yield from self.api.tree(self, tuple(places))
            else:
                for place in places:
                    yield from place_violations(place, self.strictness, vocabularies)
        if self.places and self.call.rules:
            yield from rule_violations(self.call.rules, self.call.document(self), self.edition, skip=self.skip)


def _origin(form: Form) -> str:
    """The last token of where a form stands, or of where the choice stands that it is one of."""
    return (form.among or form).uri.rpartition("/")[2]
