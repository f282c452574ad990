"""The examples are what a user may write: public names only. Their READMEs, which run, show their tests pass."""

import ast

import pytest

from support.places import ROOT

EXAMPLES = ROOT / "examples"
PUBLIC = {"taskmock.contracts", "taskmock.mockserver", "taskmock.schemas"}


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.py")), ids=lambda path: path.name)
def test_example_imports_public_names_only(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    assert {name for name in imported if name.startswith("taskmock")} <= PUBLIC
