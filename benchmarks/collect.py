"""What an installed taskmock costs every start of pytest: `pytest --collect-only` in an empty folder.

Three environments: pytest alone, pytest with taskmock's dependencies, and pytest with taskmock. The second tells
what a dependency's own pytest plugin costs. Installs from the package index that pip is set up for.
"""

import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

from interleaved import Limit, judge, medians

ROOT = Path(__file__).parents[1]
ALONE, DEPENDENCIES, TASKMOCK = "pytest alone", "pytest + dependencies", "pytest + taskmock"
MOST = 1.10
ROUNDS = 25
# An empty folder holds no tests, which pytest tells with exit code 5.
COLLECT = "import sys, pytest; sys.exit(pytest.main(['--collect-only', '-q', '-p', 'no:cacheprovider']) != 5)"


def make_environment(folder: Path, requirements: list[str]) -> Path:
    """Make a virtual environment with the requirements in it, and give its interpreter."""
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-c", str(ROOT / "constraints.txt"), *requirements], check=True)
    return python


def build_wheel(folder: Path) -> Path:
    """Build taskmock's wheel into the folder."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def main() -> int:
    """Give 1 where taskmock slows pytest too much."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        requirements = {
            ALONE: ["pytest"],
            DEPENDENCIES: ["pytest", *project["dependencies"]],
            TASKMOCK: ["pytest", str(build_wheel(folder))],
        }
        pythons = {each: make_environment(folder / each, wanted) for each, wanted in requirements.items()}
        empty = folder / "empty"
        empty.mkdir()
        commands = {each: [str(python), "-c", COLLECT] for each, python in pythons.items()}
        found = medians(commands, folder=empty, rounds=ROUNDS)
    return judge(found, [Limit(TASKMOCK, ALONE, MOST), Limit(DEPENDENCIES, ALONE, MOST)])


if __name__ == "__main__":
    sys.exit(main())
