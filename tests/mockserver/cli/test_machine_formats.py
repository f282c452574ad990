"""What programs read is UTF-8 with line feeds, wherever standard output goes: every command in every format."""

import datetime as dt
import json
import subprocess
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import click
import pytest
from click.testing import CliRunner

from support.command_processes import TASKMOCK, environment
from support.verify_runs import NOBODY, QUICK
from taskmock.mockserver import MockServer, Settings
from taskmock.mockserver.cli.group import taskmock
from taskmock.mockserver.scenarios import read_scenario
from taskmock.schemas import load_example

FOR_PEOPLE = "text"
"""The format that is in the encoding of the terminal."""

ARGUMENTS = {
    "generate": ("--locale", "zh", "--edition", "v2"),
    "validate": ("--strictness", "strict", "发布.json"),
    "verify": (),
    "drift": ("--edition", "v2", "发布.json"),
    "diff": ("旧.json", "新.json"),
    "scenarios list": ("--scenario-dir", "own"),
    "scenarios show": ("own/发布.yaml",),
    "scenarios frames": ("own/发布.yaml",),
    "export openapi": (),
    "export typescript": (),
}
"""What makes each command write much, some of it in Chinese."""

ONE_FORMAT = {"generate": "json", "export openapi": "json", "export typescript": "typescript"}
WITHOUT = {"serve", "init", "scenarios lint"}
"""The commands that write for people alone."""

SCENARIO = (
    "format: 1\nscenario: chinese\ntitle: 发布\nedition: v2\ntask: {name: 发布 ☃}\nflow:\n  - 准备: 2s\n  - 'é': 1s\n"
)


def leaves(group=taskmock, path=""):
    """Every command that does something, by the words that call it."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from leaves(command, f"{path}{name} ")
            else:
                yield f"{path}{name}", command


def forms(command):
    """The formats of a command that programs read, by its option."""
    return [
        form
        for option in command.params
        if option.name == "form" and isinstance(option.type, click.Choice)
        for form in option.type.choices
        if form != FOR_PEOPLE
    ]


TABLE = [
    *((name, form) for name, command in leaves() for form in forms(command)),
    *ONE_FORMAT.items(),
]


class Page(HTMLParser):
    """Whether a page says that it is UTF-8."""

    is_utf_8 = False

    def handle_starttag(self, tag, attrs):
        self.is_utf_8 = self.is_utf_8 or (tag, ("charset", "utf-8")) in [(tag, each) for each in attrs]


def read_page(text):
    page = Page()
    page.feed(text)
    assert page.is_utf_8


READERS = {
    **dict.fromkeys(("json", "gitlab", "sarif", "ctrf"), json.loads),
    **dict.fromkeys(("junit", "svg"), ET.fromstring),
    "html": read_page,
    **dict.fromkeys(("markdown", "comment"), lambda text: text.index("|---|")),
    "github": lambda text: text.index("::notice "),
    "typescript": lambda text: text.index("export "),
}
"""What reads each format; it raises an error where there is something else."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    body = load_example("v2", "response")
    body["data"]["name"] = "发布 ☃"
    body["data"] |= {"retry": -1, "更多": "é"}
    schemas = {
        "旧.json": {"properties": {"名": {"type": "string"}}},
        "新.json": {"properties": {"名": {"type": "null"}}},
    }
    for name, content in {"发布.json": body, **schemas}.items():
        (tmp_path / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "发布.yaml").write_text(SCENARIO, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("taskmock.contracts.clock.now", lambda: dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    return tmp_path


@pytest.fixture(scope="module")
def server():
    scenario = read_scenario(SCENARIO + "faults:\n  - {break: {node: 准备, drop: state}}\n", source="test")
    with MockServer(scenario, settings=Settings(clock="instant")) as mock:
        yield mock


def written(name, form, encoding, server):
    """What a command writes to a standard output of an encoding."""
    arguments = [*name.split(), *ARGUMENTS[name]]
    arguments += [server.url, "--task-id", "10", *QUICK] if name == "verify" else []
    arguments += [] if name in ONE_FORMAT else ["--format", form]
    ended = CliRunner(charset=encoding, env=NOBODY).invoke(taskmock, arguments)
    assert ended.exit_code in {0, 1}, ended.output
    return ended.stdout_bytes


def test_every_command_is_in_the_table():
    listed = {name for name, _ in TABLE} | WITHOUT

    assert {name for name, _ in leaves()} == listed == ARGUMENTS.keys() | WITHOUT


@pytest.mark.parametrize(("name", "form"), TABLE)
def test_format_is_the_same_bytes_in_every_encoding(folder, server, name, form):
    raw = written(name, form, "utf-8", server)

    READERS[form](raw.decode("utf-8"))
    assert b"\r" not in raw
    for encoding in ("gbk", "cp1252", "ascii", "utf-16"):
        assert written(name, form, encoding, server) == raw, encoding


@pytest.mark.parametrize(
    ("command", "encoding"),
    [(("scenarios", "show", "own/发布.yaml", "--format", "svg"), "gbk"), (("generate", "--locale", "zh"), "ascii")],
)
def test_redirected_process_writes_the_same_bytes(folder, command, encoding):
    there = []
    for each in (encoding, "utf-8"):
        with (folder / "out").open("wb") as file:
            subprocess.run([TASKMOCK, *command], stdout=file, env=environment({"PYTHONIOENCODING": each}), check=True)
        there.append((folder / "out").read_bytes())

    assert there[0] == there[1]
    assert max(there[0]) > 127
