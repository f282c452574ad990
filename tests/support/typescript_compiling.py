"""The TypeScript compiler, run in a folder of the test's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from support.places import ROOT
from support.programs import program

EXAMPLE = ROOT / "examples" / "typescript"
_ERROR = re.compile(r"^(\S+)\((\d+),\d+\): error (TS\d+): ", re.MULTILINE)


def compiled(folder: Path, *flags: str) -> list[tuple[str, int, str]]:
    """The errors of strictly compiling a folder's modules, with its own settings if it has some: file, line, code."""
    settings = (
        ["-p", "."]
        if (folder / "tsconfig.json").exists()
        else ["--strict", "--target", "ES2022", "--lib", "ES2022", "--skipLibCheck", *modules(folder)]
    )
    command = [program("tsc"), "--pretty", "false", *settings, *flags]
    result = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    errors = [(file, int(line), code) for file, line, code in _ERROR.findall(result.stdout)]
    assert (result.returncode == 0) == (not errors), result.stdout + result.stderr
    return errors


def modules(folder: Path) -> list[str]:
    """The names of a folder's modules."""
    return sorted(path.name for path in folder.glob("*.ts"))


def copy_example(folder: Path) -> None:
    """Lays out the example as its reader has it, without what npm and the compiler make."""
    for path in EXAMPLE.iterdir():
        if path.is_file() and path.name != "sops.ts":
            shutil.copy(path, folder)
