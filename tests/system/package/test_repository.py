"""What the repository holds, and what it keeps out: it speaks of the product alone."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from support.source_tree import ROOT

# Written so that this file does not hold what it looks for.
STRAY = {
    "a path of one machine": re.compile(
        r"(?<![\w.])/(?:w[o]rk|r[o]ot|h[o]me/\w+|U[s]ers/\w+|o[p]t/\w+)/|\b[A-Z]:\\U[s]ers"
    ),
    "a registry host": re.compile(
        r"p[y]pi\.org|python[h]osted\.org|registry\.n[p]mjs|n[p]mmirror|mirrors\.[a-z]+\.(?:com|cn|edu)"
    ),
    "an index option": re.compile(r"--(?:extra-)?i[n]dex-url|--find-l[i]nks"),
}
# Answers of real servers, byte for byte: their tracebacks name files of those servers.
CAPTURED = "tests/data/captures/"


def files() -> list[str]:
    """Give the files that git tracks: what else lies in a checkout (a log, a draft) is nobody's business."""
    command = ["git", "ls-files", "--cached", "-z"]
    try:
        result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError:
        pytest.skip("git is not installed")
    if result.returncode:
        pytest.skip("not a git checkout")
    return sorted({name for name in result.stdout.split("\0") if name and (ROOT / name).is_file()})


def stray_lines(name: str, text: str) -> list[str]:
    return [
        f"{name}:{number}: {what}: {found[0]}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in STRAY.items()
        if (found := pattern.search(line))
    ]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_files_name_no_machine_and_no_registry():
    texts = {name: read(ROOT / name) for name in files() if not name.startswith(CAPTURED)}

    assert [line for name, text in texts.items() for line in stray_lines(name, text)] == []


@pytest.mark.parametrize(
    "line",
    [
        "see /r~oot/x",
        "https://py~pi.org/simple",
        "pip install --i~ndex-url x",
    ],
)
def test_stray_line_is_found(line):
    assert len(stray_lines("page.md", line.replace("~", ""))) == 1


@pytest.mark.parametrize("line", ["GET /home/ here", "`/__admin/health`", "a/home/b/c"])
def test_ordinary_line_is_no_finding(line):
    assert stray_lines("page.md", line) == []


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "constraints.txt"])
def test_repository_has_its_papers(name):
    assert read(ROOT / name).strip()


def test_changelog_tells_of_the_released_version():
    [version] = re.findall(r'^version = "(.+)"$', read(ROOT / "pyproject.toml"), re.MULTILINE)

    assert re.search(rf"^## {re.escape(version)}\b", read(ROOT / "CHANGELOG.md"), re.MULTILINE)


def test_constraints_pin_one_release_a_line():
    lines = [line for line in read(ROOT / "constraints.txt").splitlines() if not line.startswith("#")]

    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+(?:\.[a-z]+)?==[0-9][\w.]*", line)] == []


def test_constraints_pin_every_declared_dependency():
    pinned = set(re.findall(r"^([a-z0-9.-]+)==", read(ROOT / "constraints.txt"), re.MULTILINE))
    project = tomllib.loads(read(ROOT / "pyproject.toml"))
    wanted = (
        project["project"]["dependencies"] + project["dependency-groups"]["dev"] + project["build-system"]["requires"]
    )
    declared = {re.split(r"[\[<>=]", requirement)[0] for requirement in wanted}

    assert "werkzeug" in declared
    assert declared - pinned == set()
