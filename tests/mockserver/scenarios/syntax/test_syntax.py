"""The readers of YAML and JSON text: they agree with each other, and nothing makes them fall over."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given

from support.broken_scenarios import broken_files
from support.properties import examples
from support.scenario_strategies import data
from taskmock.mockserver.scenarios import ScenarioError, dump_scenario, read_scenario
from taskmock.mockserver.scenarios.files import load_scenario
from taskmock.mockserver.scenarios.reader.scalars import read_data
from taskmock.mockserver.scenarios.syntax.json_reader import parse_json
from taskmock.mockserver.scenarios.syntax.nodes import Mapping, NumberError, ParsedText, Scalar, SyntaxFlaw, value_of
from taskmock.mockserver.scenarios.syntax.problems import Problems
from taskmock.mockserver.scenarios.syntax.yaml_errors import flaw_of
from taskmock.mockserver.scenarios.syntax.yaml_reader import parse_yaml

MARKS = [
    ":",
    "-",
    "#",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&",
    "*",
    "!",
    "|",
    ">",
    "'",
    '"',
    "%",
    "@",
    "`",
    "?",
    "~",
    "\\",
    "：",
    "，",
    "0",
    "1s",
    "<<",
    "&a",
    "*a",
    "!!s",
    "---",
    "...",
    "true",
    ".nan",
    "1e999",
    "0x1f",
    "\t",
    "\n",
]
ODD = [
    "\n  ",
    "\n- ",
    ": ",
    " #",
    "\u3000",
    "\x85",
    "\u2028",
    "\r",
    "\0",
    "\ud800",
    '"\\ud800"',
    '"\\UFFFFFFFF"',
    ".inf",
]
WORDS = [
    "parallel",
    "exclusive",
    "loop",
    "node",
    "subprocess",
    "flow",
    "take",
    "arms",
    "attempts",
    "fails",
    "waits",
    "callback",
    "frames",
    "use",
    "tasks",
    "id",
]
PIECES = [*MARKS, *ODD, *WORDS, "ignored", "retry", "task FAILED", "polls", "http", "break", "none"]


def mutated(text: str, dice: random.Random) -> str:
    """A text with a few pieces put in, taken out, or doubled."""
    for _ in range(dice.randint(1, 4)):
        begin = dice.randrange(len(text) + 1)
        end = min(len(text), begin + dice.randint(1, 30))
        match dice.randrange(3):
            case 0:
                text = text[:begin] + dice.choice(PIECES) + text[begin:]
            case 1:
                text = text[:begin] + text[end:]
            case _:
                text = text[:end] + text[begin:]
    return text


def refusal(text: str) -> str:
    """What a text is refused with; "" if it is read, and then it must survive being written."""
    try:
        scenario = read_scenario(text, source="mutated")
    except ScenarioError as error:
        return str(error)
    assert read_scenario(dump_scenario(scenario), source="dumped") == scenario
    return ""


@pytest.mark.parametrize("seed", range(8))
def test_mutated_file_is_read_or_refused_in_plain_words(seed: int) -> None:
    dice = random.Random(seed)
    texts = [broken.text for broken in broken_files()]

    refusals = [refusal(mutated(dice.choice(texts), dice)) for _ in range(60)]

    assert [said for said in refusals if said and not said.startswith("mutated:")] == []
    assert [said for said in refusals if "this is no YAML" in said] == []


@examples(60)
@given(data)
def test_json_is_read_as_json(value: object) -> None:
    parsed = parse_json(json.dumps({"value": value}, indent=1))

    assert isinstance(parsed, ParsedText)
    assert parsed.root is not None
    assert read_data(parsed.root, Problems("", "")) == {"value": value}


@pytest.mark.parametrize("text", ['{"a": [1, {"b": null}], "c": ""}', "[]", '{"a": {}, "b": [[], [[1.5e3, -0]]]}'])
def test_json_and_yaml_readers_agree(text: str) -> None:
    assert parse_json(text) == parse_yaml(text)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("", 0),
        ("a: b", 0),
        ('"text"', 0),
        ("[1 2]", 3),
        ("[1] 2", 4),
        ('{"a" 1}', 5),
        ("{a: 1}", 1),
        ("[NaN]", 1),
        ("[1, -Infinity]", 4),
        ('["\t"]', 2),
        ("[01]", 2),
    ],
)
def test_what_is_no_json_is_found(text: str, index: int) -> None:
    assert parse_json(text) == index


def test_json_notes_a_key_that_stands_twice() -> None:
    parsed = parse_json('{"a": 1,\n "a": 2}')

    flaw = SyntaxFlaw(10, "duplicate-key", "the key 'a' stands here twice", "each key once", earlier=1)
    assert parsed == ParsedText(Mapping(((Scalar("a", 1), Scalar("1", 6, plain=True)),), 0), (flaw,))


@pytest.mark.parametrize("text", ["[1, 2, 3, 4]", "a: &x [1]\nb: *x\nc: *x\n"])
def test_too_many_values_are_refused(text: str) -> None:
    parsed = parse_json(text, most_nodes=4) if text.startswith("[") else parse_yaml(text, most_nodes=4)

    assert isinstance(parsed, ParsedText)
    assert parsed.root is None
    assert [flaw.code for flaw in parsed.flaws] == ["too-big"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("True", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("0010", "0010"),
        ("10", 10),
        ("-7", -7),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.", 1.0),
        ("2024-01-01", "2024-01-01"),
        ("0x" + "f" * 400, "0x" + "f" * 400),
    ],
)
def test_plain_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    found = value_of(Scalar(text, 0, plain=True))

    assert (found, type(found)) == (value, type(value))
    assert value_of(Scalar(text, 0)) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (".inf", "is a number that JSON does not have"),
        ("-.INF", "is a number that JSON does not have"),
        (".NaN", "is a number that JSON does not have"),
        ("1e999", "is a number too great for JSON"),
        ("1" * 301, "is a number of 301 characters"),
    ],
)
def test_number_that_json_lacks_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NumberError) as caught:
        value_of(Scalar(text, 0, plain=True))

    assert str(caught.value) == reason


def test_unknown_complaint_of_the_parser_is_passed_on() -> None:
    flaw = flaw_of("a: b\n", "while dreaming: found a sheep", begun=None, found=3)

    assert flaw == SyntaxFlaw(3, "yaml", "this is no YAML ('while dreaming: found a sheep')", "YAML 1.2")


def test_unreadable_characters_are_a_flaw_to_the_reader_alone() -> None:
    parsed = parse_yaml("a: \x07\n")

    assert [flaw.code for flaw in parsed.flaws] == ["yaml"]


def test_closed_folder_has_no_neighbours(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "demo.yaml"
    path.write_text("format: 1\nscenario: demo\nuse: other\n", encoding="utf-8")

    def closed(_path: object) -> None:
        raise PermissionError

    monkeypatch.setattr(type(tmp_path), "iterdir", closed)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)

    assert caught.value.problems[0].message == "no scenario is called 'other'; allowed: none"
