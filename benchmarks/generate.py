"""What `taskmock generate --nodes 10000` costs, against importing the libraries it stands on."""

import sys
import tempfile
from pathlib import Path

from interleaved import Limit, judge, medians

BASE = "import faker, jsonschema, werkzeug"
MOST = 4.0


def main() -> int:
    """Give 1 where generating costs too much."""
    script = str(Path(sys.executable).with_name("taskmock"))
    commands = {BASE: [sys.executable, "-c", BASE]}
    commands |= {
        f"taskmock generate --nodes {nodes}": [script, "generate", "--nodes", f"{nodes}"] for nodes in (1, 10000)
    }
    with tempfile.TemporaryDirectory() as folder:
        found = medians(commands, folder=Path(folder))
    return judge(found, [Limit(name, BASE, MOST) for name in commands if name != BASE])


if __name__ == "__main__":
    sys.exit(main())
