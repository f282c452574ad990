"""A reader who follows a document from top to bottom in a folder of their own.

How the blocks of a document are tried:

- `console`: a line after `$ ` is a command and has to exit with 0. Lines below it are its whole output; `...` stands
  for any lines, inside a line for any text. Without such lines any output will do. `bash`: each line is a command.
- `make serve` is replaced by what make would run; other make targets need only exist.
- `python`: runs; under a first line `# test_NAME.py` pytest runs it, under `# conftest.py` it is only written;
  with `>>>` its output is compared.
- `json`, `toml` and `yaml` have to be just that, a scenario in YAML a valid one. `text` and `mermaid` are for the eye.
- A first line `# NAME.yaml` (or .py, .json, .toml) names the file that the block becomes.

Comments right above a block:

- `<!-- run: background -->`: a server; what follows waits until it has printed the lines shown.
- `<!-- file: NAME -->`: the block becomes this file, and does nothing else.
- `<!-- exit: 1 -->`: the exit code of the last command.
- `<!-- skip: REASON -->`: not tried. Only the set-up of a machine (git clone, pip install …) may be skipped.

A copy of `examples/` is in the folder; 8070 stands for a free port, which the server takes from TASKMOCK_PORT.
"""

import contextlib
import json
import os
import queue
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from support.fenced_blocks import Block, Command, commands, shows
from support.programs import PLACES
from support.source_tree import ROOT
from taskmock.mockserver.api.bk_sops.access.auth_file import read_auth
from taskmock.mockserver.scenarios import ScenarioError, load_scenario

PATIENCE = 60.0
DOCUMENTED_PORT = "8070"
# Setting up a machine is tried by `make` itself; every other command of a document has to run.
SET_UP = re.compile(
    r"(git clone|cd|make (test|venv)|(py|python3?) -m (venv|pip)|(pip|npm) install|npm ci|source|\.)( |$)|\.venv[/\\]"
)
RUN_VARIABLES = ("TASKMOCK_", "PYTEST_", "MAKE", "MFLAGS", "ARGS")
GENERATED = shutil.ignore_patterns("__pycache__", ".*", "node_modules", "build", "sops.ts")
SCENARIO_KEYS = frozenset({"format", "scenario", "flow", "tasks", "frames"})
UNCHECKED = frozenset({"text", "mermaid"})


class DocumentError(AssertionError):
    """A document that says what is not so."""


class Walkthrough:
    """Runs or checks each block of one document; what a block leaves behind, the next one finds."""

    def __init__(self, folder: Path) -> None:
        """Start in an empty folder with a free port in place of the documented one."""
        self.folder = folder
        self.port = str(free_port())
        self._servers: list[subprocess.Popen[str]] = []
        self._checks: dict[str, Callable[[Block], None]] = {
            "console": self._console,
            "bash": self._console,
            "python": self._python,
            "json": self._json,
            "yaml": self._yaml,
            "toml": self._toml,
        }

    def follow(self, block: Block) -> None:
        """Do what one block says. Raises: DocumentError where it does not come out as shown."""
        if block.language in UNCHECKED:
            return
        check = self._checks.get(block.language)
        if check is None:
            known = ", ".join(sorted([*self._checks, *UNCHECKED]))
            raise DocumentError(f"{block.place}: the language is {block.language!r}, not one of {known}")
        if "skip" in block.directives:
            demand_set_up(block)
            return
        text = block.text.replace(DOCUMENTED_PORT, self.port)
        block = Block(block.place, block.language, text, block.directives)
        if block.file is not None:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        check(block)

    def close(self) -> None:
        """Stop the servers that the document has started."""
        for server in self._servers:
            os.killpg(server.pid, signal.SIGINT)
            try:
                server.wait(PATIENCE)
            finally:
                if server.poll() is None:
                    os.killpg(server.pid, signal.SIGKILL)
                    server.wait()
                if server.stdout is not None:
                    server.stdout.close()
        self._servers.clear()

    def _console(self, block: Block) -> None:
        found = commands(block)
        for number, command in enumerate(found, 1):
            line = as_make_would(command.line, block.place)
            if line is None:
                continue
            if block.directives.get("run") == "background" or command.line.startswith("make serve"):
                self._serve(line, command, block.place)
            else:
                code = int(block.directives.get("exit", 0)) if number == len(found) else 0
                self._run(line, command, block.place, code=code)

    def _streams(self) -> dict[str, Any]:
        """How a command of the document runs: in the reader's folder, its output and errors in one text."""
        return {
            "cwd": self.folder,
            "env": self._environment(),
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT,
            "encoding": "utf-8",
            "errors": "replace",
        }

    def _run(self, line: str, command: Command, place: str, *, code: int = 0) -> None:
        result = subprocess.run(
            ["sh", "-c", line],
            **self._streams(),
            timeout=PATIENCE * 2,
            check=False,
        )
        if result.returncode != code:
            raise DocumentError(f"{place}: `{line}` exits with {result.returncode}, not {code}:\n{result.stdout}")
        if command.output and not shows(command.output, result.stdout):
            raise DocumentError(differ(place, line, command.output, result.stdout))

    def _serve(self, line: str, command: Command, place: str) -> None:
        server = subprocess.Popen(
            ["sh", "-c", line],
            **self._streams(),
            start_new_session=True,
        )
        self._servers.append(server)
        printed: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=pump, args=(server, printed), daemon=True).start()
        actual = ""
        while not (actual and shows(command.output or ("...",), actual)):
            try:
                piece = printed.get(timeout=PATIENCE)
            except queue.Empty:
                piece = None
            if piece is None:
                raise DocumentError(differ(place, line, command.output, actual))
            actual += piece

    def _python(self, block: Block) -> None:
        name = block.file
        if "file" in block.directives or name == "conftest.py":
            return
        session = block.text.startswith(">>>")
        if name is None:
            name = f"block_{block.place.rpartition(':')[2]}.{'txt' if session else 'py'}"
            (self.folder / name).write_text(block.text, encoding="utf-8")
        if session:
            line = f"python -m doctest -o ELLIPSIS {name}"
        elif name.rpartition("/")[2].startswith("test_"):
            line = f"python -m pytest -q -p no:cacheprovider {name}"
        else:
            line = f"python {name}"
        self._run(line, Command(line, ()), block.place)

    def _json(self, block: Block) -> None:
        try:
            json.loads(block.text)
        except ValueError as error:
            raise DocumentError(f"{block.place}: not JSON: {error}") from None

    def _yaml(self, block: Block) -> None:
        try:
            content = YAML(typ="safe").load(block.text)
        except YAMLError as error:
            raise DocumentError(f"{block.place}: not YAML: {error}") from None
        if isinstance(content, dict) and "apps" in content:
            read_auth(block.text, source=block.place)
        elif isinstance(content, dict) and SCENARIO_KEYS & content.keys():
            self._scenario(block)

    def _scenario(self, block: Block) -> None:
        path = self.folder / (block.file or f"block_{block.place.rpartition(':')[2]}.yaml")
        path.write_text(block.text, encoding="utf-8")
        try:
            load_scenario(path)
        except ScenarioError as error:
            raise DocumentError(f"{block.place}: not a scenario: {error}") from None

    def _toml(self, block: Block) -> None:
        try:
            tomllib.loads(block.text)
        except ValueError as error:
            raise DocumentError(f"{block.place}: not TOML: {error}") from None

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), *map(str, PLACES), os.environ["PATH"]])
        ours = {"PATH": path, "NO_COLOR": "1", "TASKMOCK_PORT": self.port, "TASKMOCK_STATE": "no"}
        return plain_environment() | ours


def demand_set_up(block: Block) -> None:
    """Raise DocumentError where a block to be skipped shows more than how to set a machine up."""
    if block.language not in ("console", "bash"):
        raise DocumentError(f"{block.place}: only the set-up may be skipped, not {block.language}")
    for command in commands(block):
        if not SET_UP.match(command.line):
            raise DocumentError(f"{block.place}: only the set-up may be skipped, not `{command.line}`")


def plain_environment() -> dict[str, str]:
    """Give the environment without what this test run and the make around it have put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(RUN_VARIABLES)}


def as_make_would(line: str, place: str) -> str | None:
    """Give the command that `make serve` ends in, nothing for other targets, and any other command as it is.

    Raises: DocumentError for a target that the Makefile does not have.
    """
    if line.partition(" ")[0] != "make":
        return line
    here = ["make", "-C", str(ROOT), "--no-print-directory", "--dry-run", f"VENV={sys.prefix}"]
    result = subprocess.run(
        ["sh", "-c", f'"$@" {line.partition(" ")[2]}', "sh", *here],
        env=plain_environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if result.returncode:
        raise DocumentError(f"{place}: `{line}`: {result.stderr}")
    return result.stdout.splitlines()[-1] if line.startswith("make serve") else None


def pump(server: subprocess.Popen[str], printed: "queue.SimpleQueue[str | None]") -> None:
    """Pass on what a server prints, line by line, and nothing once it has ended."""
    if server.stdout is not None:
        for line in server.stdout:
            printed.put(line)
    printed.put(None)


def differ(place: str, line: str, expected: tuple[str, ...], actual: str) -> str:
    """Give the message for an output that is not as shown."""
    return f"{place}: `{line}` prints\n{actual}\nnot\n" + "\n".join(expected)


def free_port() -> int:
    """Give a port that nothing listens on now, below those that the system gives to whoever asks for any."""
    while True:
        port = random.randrange(10_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def copy_examples(folder: Path) -> None:
    """Lay out what a reader finds beside the README."""
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", folder / "examples", ignore=GENERATED)
