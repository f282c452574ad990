"""The set-up that `make` does: which interpreter, which programs, and nothing twice."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.source_tree import ROOT
from support.walkthrough import plain_environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and a POSIX shell are not at hand on Windows")


def run(*command: str, path: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in plain_environment().items() if name not in ("CI", "PYTHON", "VENV")}
    if path is not None:
        environment["PATH"] = str(path)
    return subprocess.run(
        command, cwd=ROOT, env=environment | variables, capture_output=True, encoding="utf-8", check=False
    )


def place(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.fixture
def stamps(tmp_path):
    """A folder that says of itself that everything has been installed into it."""
    for name in (".created", ".installed", ".developed"):
        (tmp_path / name).touch()
    (tmp_path / ".python").write_text("python3.11\n", encoding="utf-8")
    return tmp_path


def test_interpreter_is_the_first_that_runs_and_is_new_enough(tmp_path):
    place(tmp_path, "python3.13", "exit 127")
    place(tmp_path, "python3.12", f'exec "{sys.executable}" "$@"')

    assert run("/bin/sh", ".ci/find-python", path=tmp_path).stdout == f"{tmp_path}/python3.12\n"


def test_no_interpreter_is_one_clear_line(tmp_path):
    place(tmp_path, "python3", "exit 1")

    result = run("/bin/sh", ".ci/find-python", path=tmp_path)

    assert (result.returncode, result.stdout, result.stderr) == (
        1,
        "",
        "taskmock needs Python 3.11 or newer, and none is on PATH; name one: make PYTHON=/path/to/python …\n",
    )


@pytest.mark.parametrize(
    ("script", "words"), [("echo 3.9; exit 1", "is Python 3.9"), ("exit 127", "does not run")], ids=["old", "broken"]
)
def test_unfit_interpreter_is_refused(tmp_path, script, words):
    place(tmp_path, "python", script)

    result = run("sh", ".ci/make-venv", f"{tmp_path}/python", f"{tmp_path}/venv")

    assert result.stderr == f"{tmp_path}/python {words}: taskmock needs Python 3.11 or newer\n"
    assert (result.returncode, (tmp_path / "venv").exists()) == (2, False)


def test_folder_of_something_else_is_kept(tmp_path):
    (tmp_path / "precious").touch()

    result = run("sh", ".ci/make-venv", sys.executable, str(tmp_path))

    assert result.stderr == (
        f"{tmp_path} is there already, and is no virtual environment: remove it, or name another with VENV=…\n"
    )
    assert (result.returncode, (tmp_path / "precious").exists()) == (2, True)


def test_program_that_is_there_is_not_installed(tmp_path):
    place(tmp_path, "apt-get", "echo installing")

    result = run("/bin/sh", ".ci/need", "sh", "sh", "the shell", path=Path("/bin"))

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_root_installs_a_missing_program(tmp_path):
    place(tmp_path, "id", "echo 0")
    place(tmp_path, "apt-get", f'echo "$@" >> "{tmp_path}/calls"')

    result = run("/bin/sh", ".ci/need", "juggler", "juggler-tools", "juggling", path=tmp_path)

    assert (result.returncode, result.stdout) == (0, "")
    assert (tmp_path / "calls").read_text(encoding="utf-8").splitlines() == [
        "update -qq",
        "install -y -qq --no-install-recommends juggler-tools",
    ]


def test_missing_program_is_left_out_and_named(tmp_path):
    place(tmp_path, "id", "echo 1000")

    result = run("/bin/sh", ".ci/need", "juggler", "juggler-tools", "juggling", path=tmp_path)

    assert (result.returncode, result.stdout) == (
        0,
        "left out: juggling (juggler is not installed; on Debian and Ubuntu: apt-get install juggler-tools)\n",
    )


def test_missing_program_fails_in_ci(tmp_path):
    place(tmp_path, "id", "echo 1000")

    result = run("/bin/sh", ".ci/need", "juggler", "juggler-tools", "juggling", path=tmp_path, CI="true")

    assert (result.returncode, result.stderr) == (
        1,
        "juggler is missing and could not be installed: juggling cannot be tested\n",
    )


NPM = """\
echo "$@" >> "$CALLS"
mkdir -p "$3/node_modules/.bin"
: > "$3/node_modules/.bin/tsc"
chmod +x "$3/node_modules/.bin/tsc"
"""


def install_typescript(tmp_path, **variables):
    """Runs the script with a PATH that begins with a folder of ours."""
    path = f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"
    calls = {"CALLS": str(tmp_path / "calls"), "PATH": path}
    return run("/bin/sh", ".ci/typescript", str(tmp_path / "typescript"), **calls | variables)


def test_compiler_is_installed_once_as_its_lock_file_says(tmp_path):
    place(tmp_path, "npm", NPM)

    first, second = install_typescript(tmp_path), install_typescript(tmp_path)

    assert [(ended.returncode, ended.stdout, ended.stderr) for ended in (first, second)] == [(0, "", "")] * 2
    assert (tmp_path / "calls").read_text(encoding="utf-8").splitlines() == [
        f"ci --prefix {tmp_path}/typescript --ignore-scripts --no-audit --no-fund --silent"
    ]
    assert (tmp_path / "typescript" / "package-lock.json").exists()


def test_compiler_is_installed_anew_where_the_lock_file_has_changed(tmp_path):
    place(tmp_path, "npm", NPM)
    install_typescript(tmp_path)
    (tmp_path / "typescript" / "package-lock.json").write_text("{}", encoding="utf-8")

    install_typescript(tmp_path)

    assert len((tmp_path / "calls").read_text(encoding="utf-8").splitlines()) == 2


def test_compiler_that_npm_cannot_install_is_left_out_but_not_in_ci(tmp_path):
    place(tmp_path, "npm", "exit 1")

    left_out, failed = install_typescript(tmp_path), install_typescript(tmp_path, CI="true")

    assert (left_out.returncode, left_out.stdout, left_out.stderr) == (
        0,
        "left out: TypeScript clients (npm could not install typescript)\n",
        "",
    )
    assert (failed.returncode, failed.stderr) == (
        1,
        "npm could not install typescript: TypeScript clients cannot be tested\n",
    )
    assert not (tmp_path / "typescript").exists()


def test_compiler_is_left_out_where_there_is_no_npm(tmp_path):
    result = install_typescript(tmp_path, PATH=str(tmp_path))

    assert result.stdout == "left out: TypeScript clients (npm could not install typescript)\n"


def test_second_run_installs_nothing(stamps):
    assert run("make", "--dry-run", "lint", f"VENV={stamps}").stdout == (
        f"{stamps}/bin/ruff format --check .\n{stamps}/bin/ruff check .\n"
    )


def test_changed_requirements_install_again_into_the_same_environment(stamps):
    os.utime(stamps / ".installed", (0, 0))

    planned = run("make", "--dry-run", "lint", f"VENV={stamps}").stdout

    assert (planned.count(" install "), planned.count("make-venv")) == (2, 0)


def test_other_interpreter_makes_the_environment_anew(stamps):
    same = run("make", "--dry-run", "lint", f"VENV={stamps}", "PYTHON=python3.11").stdout
    other = run("make", "--dry-run", "lint", f"VENV={stamps}", "PYTHON=python3.13").stdout

    assert (same.count("make-venv"), other.count('make-venv "python3.13"')) == (0, 1)


def test_serve_passes_flags_on(stamps):
    assert run("make", "--dry-run", "serve", f"VENV={stamps}", "ARGS=--port 0").stdout == (
        f"{stamps}/bin/taskmock serve --port 0\n"
    )


def test_quick_runs_tests_that_are_there(stamps):
    planned = run("make", "--dry-run", "quick", f"VENV={stamps}").stdout

    named = re.findall(r"tests/\S+", planned)
    assert {name.split("/")[1] for name in named} >= {"contracts", "mockserver", "schemas", "system"}
    assert [name for name in named if not (ROOT / name.partition("::")[0]).is_file()] == []


def test_help_names_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)

    named = re.findall(r"^ +make (\w+) ", run("make", "help").stdout, re.MULTILINE)

    assert sorted(named) == sorted(set(phony.split()) - {"FORCE"})


@pytest.fixture
def measured_tests():
    spec = importlib.util.spec_from_file_location("measured_tests", ROOT / ".ci" / "measured_tests.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("printed", "passed", "held"),
    [
        (b"..\n== 2 passed in 1s ==\n", b"..\n", b"== 2 passed in 1s ==\n"),
        (b"== head ==\n..\n\x1b[32m== 2 passed ==\x1b[0m\n", b"== head ==\n..\n", b"\x1b[32m== 2 passed ==\x1b[0m\n"),
        (b"== 1 failed ==\ncrashed", b"== 1 failed ==\ncrashed", b""),
        (b"", b"", b""),
    ],
    ids=["plain", "colored", "crash-after", "nothing"],
)
def test_closing_line_is_held_back(measured_tests, printed, passed, held):
    reading, writing = os.pipe()
    for byte in printed:
        os.write(writing, bytes([byte]))
    os.close(writing)
    seen = bytearray()

    with os.fdopen(reading, "rb") as source:
        closing_line = measured_tests.pass_through(source, seen.extend)

    assert (bytes(seen), closing_line) == (passed, held)


@pytest.mark.parametrize(
    ("environment", "minutes"),
    [
        ({}, 0),
        ({"CI": ""}, 0),
        ({"CI": "true"}, 70),
        ({"CI": "true", "TEST_MINUTES": "60"}, 60),
        ({"CI": "true", "TEST_MINUTES": "0"}, 0),
        ({"TEST_MINUTES": "5"}, 5),
    ],
)
def test_tests_have_a_deadline_in_ci_alone(measured_tests, environment, minutes):
    assert measured_tests.minutes_allowed(environment) == minutes


def test_run_without_a_deadline_ends_by_itself(measured_tests):
    assert measured_tests.run([sys.executable, "-c", "print('== 2 passed ==')"], 0) == (0, b"== 2 passed ==\n")


def test_run_at_its_deadline_is_stopped_with_words(measured_tests):
    hanging = [sys.executable, "-c", "import threading; threading.Event().wait()"]

    code, said = measured_tests.run(hanging, 0.003)

    assert (code, said.decode()) == (
        1,
        (
            "the tests were stopped: they had not ended after 0.003 minutes, the deadline of this run. "
            "The coverage above is that of a part of them. TEST_MINUTES=60 allows an hour, TEST_MINUTES=0 any time.\n"
        ),
    )
