"""The wheel, built once from a clean copy of the tree."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.source_tree import PACKAGES, ROOT


@dataclass(frozen=True, slots=True)
class Distribution:
    """What one build gave."""

    wheel: Path
    source: Path


@pytest.fixture(scope="session")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """The source distribution, and the wheel that was built from it."""
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist"]
    result = subprocess.run(command, cwd=copy, capture_output=True, encoding="utf-8", errors="replace")
    assert result.returncode == 0, result.stdout + result.stderr
    [wheel], [source] = (copy / "dist").glob("*.whl"), (copy / "dist").glob("*.tar.gz")
    return Distribution(wheel, source)
