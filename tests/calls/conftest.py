"""Puts the core's stage and its random lives on the import path: the calls are tested on the same tasks."""

import sys
from pathlib import Path

CORE = str(Path(__file__).parents[1] / "core")
if CORE not in sys.path:
    sys.path.append(CORE)
