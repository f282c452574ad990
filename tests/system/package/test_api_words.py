"""No word of an API stands in code that all APIs share: words are those of schemas/, less those of the core itself."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.places import ROOT

SCHEMAS = ROOT / "schemas"
OWN_SCHEMAS = {"report.schema.json", "scenario.schema.json"}
"""Schemas of this project's own files."""

WORD = re.compile(r"[A-Za-z][\w-]*")
LEAST_CODE = 1_000_000
"""The least error code of the API; smaller numbers are anything."""

LEAST_PART = 4
"""The fewest characters of a part of a path that says which API it is; `api` and `v2` do not."""

SHARED_CONTRACTS = ("validation", "findings", "writers", "diff", "drift", "files.py", "clock.py")
HELP = {
    "apigw",
    "get_task_status",
    "compapi",
    "sops",
    "bk_app_code",
    "bk_app_secret",
    "bk_token",
    "bk_username",
    "bk_biz_id",
}
KNOWN = {
    # What a person reads of the default API.
    "mockserver/cli/export.py": HELP,
    "mockserver/cli/generate.py": HELP,
    "mockserver/cli/group.py": HELP,
    "mockserver/cli/serve.py": HELP,
    # Tasks of one template have one flow; the word stands in links, which have to stay as they are.
    "mockserver/playback/record.py": {"template_id"},
    "mockserver/playback/resolver.py": {"template_id"},
    # The engine's own word, in what it says of a node that may not be retried.
    "mockserver/core/engine/node_effects.py": {"can_retry"},
    # The event loop's own method.
    "mockserver/http/connection.py": {"create_task"},
}
"""Where a word may stand, and why."""


def documents() -> Iterator[tuple[Path, Any]]:
    for path in sorted(SCHEMAS.rglob("*.json")):
        if path.name not in OWN_SCHEMAS:
            yield path, json.loads(path.read_text(encoding="utf-8"))


def walked(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a document with its value, at any depth."""
    stack = [value]
    while stack:
        found = stack.pop()
        if isinstance(found, dict):
            yield from found.items()
        stack.extend(found.values() if isinstance(found, dict) else found if isinstance(found, list) else ())


def words_of_the_api() -> frozenset[str | int]:
    """Property names, calls, parts of paths, credentials, headers and error codes, but no plain English words."""
    words: set[str | int] = {path.relative_to(SCHEMAS).parts[0] for path, _ in documents() if path.parent != SCHEMAS}
    for _, document in documents():
        for key, value in walked(document):
            if key == "properties" and isinstance(value, dict):
                words.update(filter(is_distinctive, value))
            elif key in {"route", "required", "credentials", "headers", "header"}:
                words.update(filter(is_distinctive, words_of(value)))
            elif key in {"doors", "paths"}:
                words.update(word for word in words_of(value) if len(word) >= LEAST_PART or is_distinctive(word))
            elif isinstance(value, int) and value >= LEAST_CODE:
                words.add(value)
    return frozenset(words)


def words_of(value: Any) -> Iterator[str]:
    """All words of a text, a list of texts, or the paths of gateways."""
    match value:
        case str():
            yield from WORD.findall(value)
        case list():
            yield from (word for text in value for word in words_of(text))
        case dict():
            yield from value
            yield from (word for item in value.values() if isinstance(item, list) for word in words_of(item))


def is_distinctive(word: str) -> bool:
    """Whether a word is no plain English one, which could mean anything."""
    return "_" in word or "-" in word


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What code names: variables, attributes, parameters, arguments, functions, classes."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.keyword(arg=str() as name):
                yield node.value.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name


def literals(tree: ast.AST) -> Iterator[tuple[int, str | int]]:
    """Strings and numbers that are no docstrings."""
    documented = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documented and isinstance(node.value, str | int):
            yield node.lineno, node.value


def parsed(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def words_of_the_core() -> frozenset[str]:
    """What the core calls its own things: those are words of this project."""
    modules = (ROOT / "mockserver" / "core").rglob("*.py")
    return frozenset(name for path in modules for _, name in identifiers(parsed(path)))


WORDS = words_of_the_api() - words_of_the_core() - {"operation", "route", "stage"}


def words_in(path: Path) -> set[tuple[int, str | int]]:
    """The API's words in a module, with their lines."""
    tree = parsed(path)
    found: set[tuple[int, str | int]] = {(line, name) for line, name in identifiers(tree) if name in WORDS}
    for line, value in literals(tree):
        if isinstance(value, str):
            found |= {(line, word) for word in WORD.findall(value) if word in WORDS}
        elif value in WORDS:
            found.add((line, value))
    return found


def modules(*rooms: Path) -> list[str]:
    paths = [path for room in rooms for path in (sorted(room.rglob("*.py")) if room.is_dir() else [room])]
    return [str(path.relative_to(ROOT)) for path in paths]


MOCK = [name for name in modules(ROOT / "mockserver") if not name.startswith("mockserver/api/")]
JUDGE = modules(*(ROOT / "contracts" / room for room in SHARED_CONTRACTS))


@pytest.mark.parametrize("module", MOCK)
def test_mock_outside_its_apis_has_no_word_of_an_api(module):
    assert [found for found in sorted(words_in(ROOT / module), key=str) if found[1] not in KNOWN.get(module, ())] == []


@pytest.mark.parametrize("module", JUDGE)
def test_shared_part_of_the_judge_has_no_word_of_an_api(module):
    assert sorted(words_in(ROOT / module), key=str) == []


def test_words_are_those_that_betray_the_api():
    assert {"bk_biz_id", "get_task_status", "template_id", "sops", "access_token", "X-Bkapi-Authorization"} <= WORDS
    assert any(isinstance(word, int) for word in WORDS)
    assert words_in(ROOT / "mockserver/api/bk_sops/request.py")
    assert words_in(ROOT / "mockserver/api/bk_sops/access/admission.py")
