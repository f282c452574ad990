"""Reports for readers outside: values, names and ids are redacted, codes and shapes stay."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable
from typing import Any

from taskmock.contracts.api.bk_sops.states import known_states
from taskmock.contracts.api.bk_sops.tree import tree_of, walk_tree
from taskmock.contracts.findings.group import Group
from taskmock.contracts.findings.pointer import is_documented
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import CLIP, SEPARATOR, Origin, Violation, filled

REDACTED = "[redacted]"
TASK = "the task"
FIXED = ("body.", "envelope.", "field.", "gateway.", "http.", "request.", "state.", "verify.")
"""Codes whose `expected` is the contract's own text, without anything from the judged document."""

_NUMBER = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?|\[[0-9]+ items?\]|\{[0-9]+ keys?\}|an integer of [0-9]+ bits")
"""A name that tells a number or a size, and no text."""

_NUMBERS = re.compile(r"(?<![A-Za-z])[0-9]+")
_PLAIN = frozenset({"true", "false", "null", "{}", "[]"})
_ID = re.compile(r"\bn?[0-9a-f]{31,32}\b")
_FIELD = re.compile(r"`([^`]*)`")


class Redaction:
    """Redacts reports and trees; one id becomes the same number everywhere, so that findings still belong together."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}

    def report(self, report: Report) -> Report:
        """The report with every finding redacted."""
        groups = tuple(
            Group(group.code, group.severity, group.total, tuple(map(self._violation, group.violations)))
            for group in report.groups
        )
        return dataclasses.replace(report, groups=groups, target="")  # it names a host, and ids at some gateways

    def body(self, body: object) -> dict[str, Any]:
        """The tree of an answer with numbers for ids and names, its shape and its states; {} where there is none."""
        data = tree_of(body)
        if data is None:
            return {}
        copies: dict[int, dict[str, Any]] = {}
        top: dict[str, Any] = {}
        for node in walk_tree(data):
            copy = copies[id(node)] = {"state": _state(node.value.get("state")), "name": TASK, "children": {}}
            if node.parent is None:
                top = copy
            else:
                key = self._token(node.key)
                copy["name"] = key
                copies[id(node.parent)]["children"][key] = copy
        return {"result": True, "data": top}

    def _violation(self, found: Violation) -> Violation:
        tokens = self._tokens(found.pointer)
        is_fixed = found.code.startswith(FIXED)
        template, expected = found.templates[0] or found.message, found.templates[1] or found.expected
        names = tuple(map(_redacted_name, found.names))
        said, wanted = (_redacted_quotations(filled(text, names)) for text in (template, expected))
        said = _FIELD.sub(_known_field, said)
        if not (names or is_fixed):
            said, wanted = _NUMBERS.sub("#", said), _NUMBERS.sub("#", wanted)
        added = found.message.removeprefix(filled(template, found.names))  # by the judge, as the polls' numbers are
        return dataclasses.replace(
            found,
            pointer="/".join(tokens),
            path=self._path(tokens) if found.path else "",
            message=said + _redacted_quotations(added),
            expected=found.expected if is_fixed else wanted,
            value=REDACTED if found.value else "",
            was=REDACTED if found.was else "",
            follows=None if found.follows is None else self._origin(found.follows),
            names=(),
            templates=("", ""),
        )

    def _origin(self, origin: Origin) -> Origin:
        return Origin(origin.code, "/".join(self._tokens(origin.pointer)))

    def _tokens(self, pointer: str) -> list[str]:
        return [self._token(token) for token in pointer.split("/")]

    def _path(self, tokens: list[str]) -> str:
        """A path without names: the numbers of the nodes that a pointer goes through."""
        keys = [key for above, key in itertools.pairwise(tokens) if above == "children"]
        return SEPARATOR.join(keys) or TASK

    def _token(self, token: str) -> str:
        """A token of a pointer: a documented field as it is, a number for anything else."""
        if is_documented(token):
            return token
        return self._numbers.setdefault(token.replace("~1", "/").replace("~0", "~"), f"#{len(self._numbers) + 1}")


def redacted(
    reports: Iterable[tuple[str, Report]], bodies: Iterable[object] = ()
) -> tuple[list[tuple[str, Report]], list[object]]:
    """Reports with their sources, and the judged answers, redacted together: an id has one number in all of them."""
    redaction = Redaction()
    copies = [(source, redaction.report(report)) for source, report in reports]
    return copies, [redaction.body(body) for body in bodies]


def _state(state: object) -> str:
    return state if isinstance(state, str) and state in known_states() else REDACTED


def _redacted_name(name: str) -> str:
    """A piece of a document without what it says: a documented state stays, of a number that it is one."""
    if name in _PLAIN or _state(name.strip('"')) != REDACTED:
        return name
    return _NUMBERS.sub("#", name) if _NUMBER.fullmatch(name) else REDACTED


def _known_field(found: re.Match[str]) -> str:
    """A field between backticks, without the keys in it that no document knows."""
    parts = found[1].split(".")
    return "`" + ".".join(part if is_documented(part) else REDACTED for part in parts) + "`"


def _redacted_quotations(text: str) -> str:
    """A text without ids and without what it quotes, unless that is a state; clipped quotations do not end."""
    pieces: list[str] = []
    at = 0
    while (start := text.find('"', at)) >= 0:
        end = _quotation_end(text, start)
        quoted = text[start + 1 : end - 1]
        pieces += [_ID.sub(REDACTED, text[at:start]), REDACTED if _state(quoted) == REDACTED else text[start:end]]
        at = end
    return "".join([*pieces, _ID.sub(REDACTED, text[at:])])


def _quotation_end(text: str, start: int) -> int:
    position = start + 1
    while position < min(len(text), start + CLIP):
        if text[position] == '"':
            return position + 1
        position += 2 if text[position] == "\\" else 1
    return min(len(text), start + CLIP)
