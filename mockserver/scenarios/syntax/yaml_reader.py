"""Parses YAML 1.2 text into plain nodes; the only module that knows the YAML library.

Whatever the text, it gives nodes and flaws, never an exception, and works without recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from taskmock.mockserver.scenarios.syntax.builder import NodeBuilder, TooMuchError
from taskmock.mockserver.scenarios.syntax.nodes import Composed, Flaw, Scalar, quoted
from taskmock.mockserver.scenarios.syntax.yaml_errors import flaw_of

MOST_NODES = 200_000
"""How many values a YAML text may hold, aliases followed."""

_COMMENT = re.compile(r"[ \t]+#([^\r\n]*)")
_BEYOND = re.compile(r"\\U(?!0000|000[1-9a-fA-F]|0010)[0-9a-fA-F]{8}")
# `- Copy # 2: 3s`: what looks like a comment ends as a step would.
_STEP_LIKE = re.compile(r".*:\s+(?:[0-9.]+(?:ms|s|m|h)|[{\[].*)[\s,\]}]*$")


class _Mark(Protocol):
    index: int


class _Event(Protocol):
    """What the library's events have, each some of it."""

    start_mark: _Mark
    end_mark: _Mark
    value: str
    style: str | None
    tag: object
    anchor: str
    version: tuple[int, int] | None


def compose(text: str) -> Composed:
    """The nodes of a text that holds one YAML document, and what is wrong with its form."""
    builder = NodeBuilder(most_nodes=MOST_NODES)
    documents = 0
    try:
        for event in _events(text):
            name = type(event).__name__
            documents += name == "DocumentStartEvent"
            if documents > 1:
                flaw = Flaw(event.start_mark.index, "documents", "a second document begins here", "one in a file")
                builder.flaws.append(flaw)
                return Composed(None, tuple(builder.flaws))
            _HANDLERS.get(name, _ignore)(builder, event, text)
    except TooMuchError as error:
        builder.flaws.append(error.flaw)
        return Composed(None, tuple(builder.flaws))
    except _MalformedError as error:
        if not any(flaw.code == "lost-text" for flaw in builder.flaws):
            builder.flaws.append(error.flaw)
        return Composed(None, tuple(builder.flaws))
    return Composed(builder.root, tuple(builder.flaws))


class _MalformedError(ValueError):
    """A text that the YAML library gives up on."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.wrong)
        self.flaw = flaw


def _events(text: str) -> Iterator[_Event]:
    # Imported late: a start that reads no scenario does not pay for it.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        begun = error.context_mark.index if error.context_mark else None
        found = error.problem_mark.index if error.problem_mark else begun or 0
        said = f"{error.context or ''}: {error.problem or ''}"
        raise _MalformedError(flaw_of(text, said, begun=begun, found=found)) from None
    except (YAMLError, ValueError, OverflowError) as error:  # an escape beyond Unicode is a ValueError
        found = _BEYOND.search(text)
        wrong = f"the escape {found[0]} is no character" if found else f"this is no YAML ({quoted(str(error))})"
        allowed = "\\U00000000 to \\U0010ffff" if found else "YAML 1.2"
        place, code = (found.start(), "escape") if found else (0, "yaml")
        raise _MalformedError(Flaw(place, code, wrong, allowed)) from None


def _ignore(_builder: NodeBuilder, _event: _Event, _text: str) -> None:
    return


def _document(builder: NodeBuilder, event: _Event, _text: str) -> None:
    if event.version and tuple(event.version) != (1, 2):
        wrong = f"the file asks for YAML {event.version[0]}.{event.version[1]}"
        builder.flaws.append(Flaw(event.start_mark.index, "yaml-version", wrong, "YAML 1.2 (no %YAML line)"))


def _scalar(builder: NodeBuilder, event: _Event, text: str) -> None:
    start = event.start_mark.index
    _refuse_tag(builder, event, text)
    plain = not event.style
    if plain and event.value:
        _notice_lost_text(builder, event.end_mark, text, Scalar(event.value, start, plain))
    builder.scalar(Scalar(event.value, start, plain), anchor=event.anchor)


def _list(builder: NodeBuilder, event: _Event, text: str) -> None:
    _refuse_tag(builder, event, text)
    builder.open(event.start_mark.index, keyed=False, anchor=event.anchor)


def _mapping(builder: NodeBuilder, event: _Event, text: str) -> None:
    _refuse_tag(builder, event, text)
    builder.open(event.start_mark.index, keyed=True, anchor=event.anchor)


def _end(builder: NodeBuilder, _event: _Event, _text: str) -> None:
    builder.close()


def _alias(builder: NodeBuilder, event: _Event, _text: str) -> None:
    builder.alias(event.anchor, event.start_mark.index)


_HANDLERS = {
    "DocumentStartEvent": _document,
    "ScalarEvent": _scalar,
    "SequenceStartEvent": _list,
    "MappingStartEvent": _mapping,
    "SequenceEndEvent": _end,
    "MappingEndEvent": _end,
    "AliasEvent": _alias,
}


def _refuse_tag(builder: NodeBuilder, event: _Event, text: str) -> None:
    if event.tag is not None:
        tag = text[event.start_mark.index :][:80].split(maxsplit=1)[0]
        wrong = f"{quoted(tag)} is a YAML tag"
        builder.flaws.append(Flaw(event.start_mark.index, "tag", wrong, "values without tags; text in quotes"))


def _notice_lost_text(builder: NodeBuilder, end: _Mark, text: str, scalar: Scalar) -> None:
    """Finds text that was meant, but is a comment to YAML: `Copy #2: 3s`."""
    comment = _COMMENT.match(text, end.index)
    if not comment:
        return
    said = comment[1]
    glued = said[:1] not in {"", " ", "\t", "#", "!"}
    if glued or (not builder.wants_value and _STEP_LIKE.match(said)):
        wrong = f"YAML takes {quoted('#' + said)} for a comment, so only {quoted(scalar.text)} is left"
        allowed = "text with ' #' in quotes; comments as '# comment'"
        builder.flaws.append(Flaw(scalar.start, "lost-text", wrong, allowed))
