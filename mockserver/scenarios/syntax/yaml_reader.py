"""Parses YAML 1.2 text into plain nodes; the only module that knows the YAML library.

Whatever the text, it gives nodes and flaws, never an exception, and works without recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from taskmock.mockserver.scenarios.syntax.builder import NodeBuilder
from taskmock.mockserver.scenarios.syntax.nodes import ParsedText, Scalar, SyntaxFlaw, UnreadableTextError, quoted
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
    """The attributes of the library's events; each event has some of them."""

    start_mark: _Mark
    end_mark: _Mark
    value: str
    style: str | None
    tag: object
    anchor: str
    version: tuple[int, int] | None


def parse_yaml(text: str, *, most_nodes: int = MOST_NODES) -> ParsedText:
    """The nodes of a text that holds one YAML document, and what is wrong with its form."""
    builder = NodeBuilder(most_nodes=most_nodes)
    documents = 0
    try:
        for event in _events(text):
            name = type(event).__name__
            documents += name == "DocumentStartEvent"
            if documents > 1:
                start = event.start_mark.index
                raise UnreadableTextError(
                    SyntaxFlaw(start, "documents", "a second document begins here", "one in a file")
                )
            _add(builder, name, event, text)
    except UnreadableTextError as error:
        # Text lost to a comment is why the rest does not parse.
        if not isinstance(error, _YamlError) or all(flaw.code != "lost-text" for flaw in builder.flaws):
            builder.flaws.append(error.flaw)
        return ParsedText(None, tuple(builder.flaws))
    return ParsedText(builder.root, tuple(builder.flaws))


class _YamlError(UnreadableTextError):
    """A text that is no YAML to the library."""


def _events(text: str) -> Iterator[_Event]:
    # Imported late: a start that reads no scenario does not pay for it.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        begun = error.context_mark.index if error.context_mark else None
        found = error.problem_mark.index if error.problem_mark else begun or 0
        complaint = f"{error.context or ''}: {error.problem or ''}"
        raise _YamlError(flaw_of(text, complaint, begun=begun, found=found)) from None
    except (YAMLError, ValueError, OverflowError) as error:  # an escape beyond Unicode is a ValueError
        escape = _BEYOND.search(text)
        if escape:
            wrong, allowed = f"the escape {escape[0]} is no character", "\\U00000000 to \\U0010ffff"
            raise _YamlError(SyntaxFlaw(escape.start(), "escape", wrong, allowed)) from None
        raise _YamlError(SyntaxFlaw(0, "yaml", f"this is no YAML ({quoted(str(error))})", "YAML 1.2")) from None


def _add(builder: NodeBuilder, name: str, event: _Event, text: str) -> None:
    """Hands an event of the library to the builder."""
    start = event.start_mark.index
    match name:
        case "DocumentStartEvent" if event.version and tuple(event.version) != (1, 2):
            wrong = f"the file asks for YAML {event.version[0]}.{event.version[1]}"
            builder.flaws.append(SyntaxFlaw(start, "yaml-version", wrong, "YAML 1.2 (no %YAML line)"))
        case "ScalarEvent":
            _refuse_tag(builder, event, text)
            scalar = Scalar(event.value, start, not event.style)
            if scalar.plain and scalar.text:
                _note_lost_text(builder, event.end_mark, text, scalar)
            builder.scalar(scalar, anchor=event.anchor)
        case "SequenceStartEvent" | "MappingStartEvent":
            _refuse_tag(builder, event, text)
            builder.open(start, keyed=name == "MappingStartEvent", anchor=event.anchor)
        case "SequenceEndEvent" | "MappingEndEvent":
            builder.close()
        case "AliasEvent":
            builder.alias(event.anchor, start)


def _refuse_tag(builder: NodeBuilder, event: _Event, text: str) -> None:
    if event.tag is not None:
        tag = text[event.start_mark.index :][:80].split(maxsplit=1)[0]
        wrong = f"{quoted(tag)} is a YAML tag"
        builder.flaws.append(SyntaxFlaw(event.start_mark.index, "tag", wrong, "values without tags; text in quotes"))


def _note_lost_text(builder: NodeBuilder, end: _Mark, text: str, scalar: Scalar) -> None:
    """Notes text of a value that is a comment to YAML: `Copy #2: 3s`."""
    comment = _COMMENT.match(text, end.index)
    if not comment:
        return
    content = comment[1]
    no_space = content[:1] not in {"", " ", "\t", "#", "!"}
    if no_space or (not builder.wants_value and _STEP_LIKE.match(content)):
        wrong = f"YAML takes {quoted('#' + content)} for a comment, so only {quoted(scalar.text)} is left"
        allowed = "text with ' #' in quotes; comments as '# comment'"
        builder.flaws.append(SyntaxFlaw(scalar.start, "lost-text", wrong, allowed))
