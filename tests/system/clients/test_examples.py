"""The examples are what a user may write: public names only, and their own tests pass."""

import ast
import os
import subprocess
import sys

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


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/test_*.py")))
def test_example_passes_its_own_tests(name):
    options = ["-q", "-p", "no:cacheprovider", "--import-mode", "prepend"]  # as in a repository of one's own
    command = [sys.executable, "-m", "pytest", *options, "--rootdir", str(EXAMPLES), name]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}

    result = subprocess.run(command, cwd=EXAMPLES, env=environment, capture_output=True, encoding="utf-8", check=False)

    assert result.returncode == 0, result.stdout + result.stderr
