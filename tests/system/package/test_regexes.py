"""No regular expression of the product takes more than linear time, whatever text it gets."""

import ast
import functools
import importlib
import itertools
import json
import re
import time

import pytest

from support.source_tree import ROOT, modules

SIZE = 300
"""Pieces of the shorter text; the longer one has ten times as many."""

FLOOR = 0.006
"""CPU seconds within which the longer text needs no comparison: a linear expression takes a tenth of it."""

USES = ("match", "fullmatch", "search", "sub", "finditer", "findall", "split")
PASSED_ON = frozenset({"pattern", "text", "''.join(pieces)", "f'{wide}(?=\\\\S)'", "row['pattern']"})
"""Expressions that are made as the product runs: from a contract of the user, a baseline, or a constant table.

Those of tables in JSON files are found in the files."""


def held(value):
    """Gives all compiled expressions in a global of a module."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, set, frozenset, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from held(item)


@functools.cache
def named_uses():
    """The methods by which each name is used as an expression: of a module's own name, or of a name of any module."""
    uses = {}
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in USES:
                name = node.value.id
                uses.setdefault((module.name if name.startswith("_") else "", name), set()).add(node.attr)
    return uses


def found():
    """Gives every expression with its uses and its place: globals, arguments of `re`, and schemas."""
    for module in modules():
        if module.name.endswith("__main__") or ".suite" in module.name:
            continue
        space = vars(importlib.import_module(f"taskmock.{module.name}"))
        known = set()
        for name, value in space.items():
            for pattern in held(value):
                known.add(pattern.pattern)
                uses = named_uses().get((module.name if name.startswith("_") else "", name), USES)
                yield pattern, tuple(sorted(uses)), f"{module.name}.{name}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"re.{use}" for use in (*USES, "compile")}:
                written = ast.unparse(node.args[0])
                value = None if written in PASSED_ON else eval(written, space)
                if value is not None and value not in known:
                    use = ast.unparse(node.func).removeprefix("re.")
                    yield re.compile(value), USES if use == "compile" else (use,), module.place(node)
    for path in sorted(path for room in ("schemas", "mockserver") for path in (ROOT / room).rglob("*.json")):
        if "examples" not in path.parts:
            for text in patterns(json.loads(path.read_text(encoding="utf-8"))):
                yield re.compile(text), ("search",), path.relative_to(ROOT).as_posix()


def patterns(schema):
    """Gives the patterns of a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        schema = list(schema.values())
    for item in schema if isinstance(schema, list) else ():
        yield from patterns(item)


def pieces(pattern):
    """What hostile texts for a pattern are made of: its literal words and characters, and what no pattern expects."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    words = re.findall(r"[A-Za-z ]{2,9}", text)
    literals = re.findall(r"[^A-Za-z0-9()|?*+^$.]", text)
    return list(dict.fromkeys([*"aA0 \\\"'\n-", *literals, *words]))[:14]


def hostile(pattern):
    """Makers of texts of a length: runs of each piece and each pair of them, begun by any piece, and not matched."""
    parts = pieces(pattern)
    for one, other in itertools.product(parts, repeat=2):
        pumped = one if one == other else one + other
        yield functools.partial(text_of, pattern, "", pumped)
    for begin, pumped in itertools.product(parts[7:], parts):
        yield functools.partial(text_of, pattern, begin, pumped)


def text_of(pattern, begin, pumped, size):
    text = begin + pumped * (size // len(pumped)) + "\0"
    return text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")


def cpu(pattern, uses, text):
    """The CPU seconds of all uses of an expression with a text."""
    began = time.process_time()
    for use in ("match", "fullmatch"):
        if use in uses:
            getattr(pattern, use)(text)
    if not {"match", "fullmatch"}.issuperset(uses):
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - began


def flaw(pattern, uses=USES):
    """The text and the ratio where ten times the text takes more than fifteen times the time; None where none does."""
    for make in hostile(pattern):
        short, long = make(SIZE), make(10 * SIZE)
        for _ in range(5):
            seconds = cpu(pattern, uses, long)
            if seconds <= FLOOR:
                break
            ratio = seconds / max(min(cpu(pattern, uses, short) for _ in range(5)), 1e-6)
            if ratio <= 15:
                break
        else:
            return long[:20], round(ratio), round(seconds, 2)
    return None


FOUND = {(pattern.pattern, pattern.flags, uses): (pattern, uses, place) for pattern, uses, place in found()}


@pytest.mark.parametrize(
    ("pattern", "uses", "place"), [pytest.param(*case, id=f"{at} {case[2]}") for at, case in enumerate(FOUND.values())]
)
def test_time_of_an_expression_grows_with_the_text(pattern, uses, place):
    assert flaw(pattern, uses) is None, place


@pytest.mark.parametrize(
    "pattern",
    [
        r"([^?&#=]+)=[^&#]*",
        r'"[^"\\]*(?:\\.[^"\\]*)*"',
        r"'(?:[^'\\]|\\.)*'",
        r"(?<= the )(\S.*)(?= child )",
    ],
)
def test_quadratic_expressions_are_found(pattern):
    assert flaw(re.compile(pattern, re.DOTALL))
