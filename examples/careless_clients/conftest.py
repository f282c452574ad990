"""Lets these clients and tests import the careful poller of the other example."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "poller"))
