"""Writes constraints.txt: the newest release that pyproject.toml allows of every dependency, the tests' too."""

import json
import subprocess
import sys
from pathlib import Path

HEADER = """\
# The releases that taskmock is developed and tested with; `make lock` writes this file.
"""
# Only some platforms ask for these, so a resolution on another one does not show them.
ELSEWHERE = ("colorama",)


def main() -> None:
    """Resolve for this interpreter, and write one pin a line."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    wanted = ["--group", "dev", "--group", "openapi", "setuptools", *ELSEWHERE]
    result = subprocess.run([*command, *wanted, "--editable", "."], check=True, stdout=subprocess.PIPE)
    pins = {
        item["metadata"]["name"].lower().replace("_", "-"): item["metadata"]["version"]
        for item in json.loads(result.stdout)["install"]
    }
    pins.pop("taskmock")
    lines = [f"{name}=={version}\n" for name, version in sorted(pins.items())]
    Path("constraints.txt").write_text(HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
