"""Programs that tests call and that are no packages of this environment; `make tools` installs them."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

_TOOLS = Path(sys.prefix) / "tools"
PLACES = (
    _TOOLS / "schemathesis" / ("Scripts" if sys.platform == "win32" else "bin"),
    _TOOLS / "typescript" / "node_modules" / ".bin",
)
"""Where programs are that have environments of their own."""


def program(name: str) -> str:
    """The path of a program; a test is skipped without it, but in CI nothing may be left out."""
    found = next((path for place in PLACES if (path := shutil.which(name, path=str(place)))), shutil.which(name))
    if found is None and os.environ.get("CI") != "true":
        pytest.skip(f"{name} is not installed; `make tools` installs it")
    assert found is not None, f"CI needs {name}"
    return found
