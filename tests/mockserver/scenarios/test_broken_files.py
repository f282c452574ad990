"""Broken scenario files: each gets all its messages, with their places, and soon."""

from __future__ import annotations

import codecs
import time

import pytest

from support.broken_scenarios import HEAD, Broken, broken_files
from taskmock.mockserver.scenarios import ScenarioError, load_scenario, read_scenario

SECONDS = 60.0
"""What no broken file takes longer than, in time of the processor: one that explodes takes hours."""

EXAMPLE = "format: 1, scenario: NAME, flow: [Prepare: 2s]"
FLOW = "flow: [A: 1s]\n"


def problems_of(text: str | bytes) -> list[str]:
    """The problems of a text that must have some."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, source="demo.yaml")
    return [str(problem).removeprefix("demo.yaml:") for problem in caught.value.problems]


@pytest.mark.parametrize("broken", broken_files(), ids=lambda broken: broken.name)
def test_broken_file_gets_its_messages(broken: Broken) -> None:
    begun = time.process_time()

    with pytest.raises(ScenarioError) as caught:
        read_scenario(broken.text, source="demo.yaml")

    found = caught.value.problems
    assert time.process_time() - begun < SECONDS
    assert tuple(f"{each.line}:{each.column}: [{each.code}] {each.message}" for each in found) == broken.problems


def test_broken_files_are_many() -> None:
    assert len(broken_files()) >= 50


def test_broken_file_speaks_of_its_source_on_every_line() -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario("format: 2\nscenario: demo\nflwo: []\n", source="folder/demo.yaml")

    first, second = str(caught.value).split("\n")
    assert first == "folder/demo.yaml:1:9: format is '2'; allowed: 1"
    assert second.startswith("folder/demo.yaml:3:1: unknown key 'flwo' in the scenario; allowed: format, scenario,")
    assert second.endswith("; did you mean 'flow'?")


@pytest.mark.parametrize("text", ["", "\n \n", "# nothing\n\n", "\ufeff", "---\n"])
def test_empty_file_is_named(text: str) -> None:
    found = problems_of(text)

    assert [line.split(": ", 1)[1] for line in found] == [f"the file holds no scenario; allowed: {EXAMPLE}"]


@pytest.mark.parametrize(
    ("character", "shown"), [("\0", "U+0000"), ("\x07", "U+0007"), ("\ufffe", "U+FFFE"), ("\ud800", "U+D800")]
)
def test_forbidden_character_is_named(character: str, shown: str) -> None:
    assert problems_of(f"{HEAD}title: a{character}b\n{FLOW}") == [
        (
            f"3:9: the character {shown} stands here; "
            'allowed: printable characters; others as an escape in double quotes, like "\\u0007"'
        )
    ]


def test_gbk_file_is_named() -> None:
    found = problems_of(f"{HEAD}title: 复制失败\n{FLOW}".encode("gbk"))

    assert found == ["3:8: the byte 0xB8 is no UTF-8, it looks like GBK ('title: 复制失败'); allowed: UTF-8"]


def test_latin_file_is_named() -> None:
    assert problems_of(f"{HEAD}title: café\n{FLOW}".encode("latin-1")) == [
        "3:11: the byte 0xE9 is no UTF-8; allowed: UTF-8"
    ]


def test_cut_utf_16_file_is_named() -> None:
    content = codecs.BOM_UTF16_LE + "format: 1".encode("utf-16-le") + b"x"

    assert problems_of(content) == ["1:10: the byte 0x78 is no UTF-16; allowed: UTF-8"]


def test_lone_surrogate_in_json_is_named() -> None:
    text = '{"format": 1, "scenario": "demo", "title": "a\\udc00", "flow": []}'

    assert problems_of(text) == [
        (
            "1:44: half of an escaped pair stands here alone (a lone surrogate); "
            'allowed: whole characters, like "\\U0001F600"'
        )
    ]


def test_use_without_a_resolver_is_named() -> None:
    assert problems_of(f"{HEAD}use: other\n") == [
        "3:6: use: 'other' cannot be looked up here; allowed: a scenario file that stands alone"
    ]


def test_many_problems_are_capped_in_the_text_only() -> None:
    steps = "".join(f"  - Node {number}: {number}\n" for number in range(1, 302))

    with pytest.raises(ScenarioError) as caught:
        read_scenario(f"{HEAD}flow:\n{steps}", source="demo.yaml")

    assert len(caught.value.problems) == 301
    assert len(str(caught.value).split("\n")) == 101
    assert str(caught.value).endswith("\n… and 201 more problems")


def bomb() -> str:
    lines = ["x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"x{level}: &x{level} [{', '.join([f'*x{level - 1}'] * 10)}]" for level in range(1, 12)]
    return HEAD + FLOW + "\n".join(lines)


def ladder() -> str:
    """Aliases that are one level deeper each."""
    lines = ["x0: &x0 [1]", *(f"x{level}: &x{level} [*x{level - 1}]" for level in range(1, 400))]
    return HEAD + FLOW + "\n".join(lines)


TOO_DEEP = "lists and mappings are nested too deep here; allowed: at most 250 levels"
TOO_BIG = "the file grows too big here; allowed: at most 200000 values, aliases followed"
STEPS = "the file has too many steps; allowed: at most 50000"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("[" * 100_000, f"1:251: {TOO_DEEP}", id="deep"),
        pytest.param("[\n" * 100_000, f"251:1: {TOO_DEEP}", id="deep-lines"),
        pytest.param(HEAD + "flow: " + "[{a: " * 5000, f"3:628: {TOO_DEEP}", id="deep-flow"),
        pytest.param("- " * 5000, f"1:501: {TOO_DEEP}", id="deep-block"),
        pytest.param("? " * 5000, f"1:501: {TOO_DEEP}", id="deep-keys"),
        pytest.param('{"a":' * 5000 + "1" + "}" * 5000, f"1:1251: {TOO_DEEP}", id="deep-json"),
        pytest.param(bomb(), f"9:15: {TOO_BIG}", id="alias-bomb"),
        pytest.param(ladder(), f"253:14: {TOO_DEEP}", id="alias-ladder"),
        pytest.param(
            "a" * (9 * 1024 * 1024), "1:1: the file is too big (9.0 MiB); allowed: at most 8 MiB", id="big-text"
        ),
        pytest.param(
            "\n" * (2 * 1024 * 1024),
            "1:1: the YAML text is too long (2.0 MiB); allowed: at most 1 MiB of YAML; longer files as JSON",
            id="long-yaml",
        ),
        pytest.param(
            '{"a": "' + "b" * (2 * 1024 * 1024) + '"; }',
            "1:2097161: the text is no JSON from here on; allowed: JSON, or shorter YAML",
            id="long-json",
        ),
        pytest.param(
            HEAD + 'title: "' + "a " * 20_000,
            "3:8: the quote that begins here is never closed; allowed: a closing quote",
            id="long-quote",
        ),
    ],
)
def test_exploding_file_is_refused_in_time(text: str, problem: str) -> None:
    begun = time.process_time()

    found = problems_of(text)

    assert time.process_time() - begun < SECONDS
    assert found == [problem]


def test_hundred_megabytes_are_refused_in_time(tmp_path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)  # a sparse file
    begun = time.process_time()

    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)

    assert time.process_time() - begun < SECONDS
    assert str(caught.value) == f"{path}:1:1: the file is too big (100.0 MiB); allowed: at most 8 MiB"


def test_too_many_steps_are_refused() -> None:
    arm = "&a [" + ", ".join(["A"] * 300) + "]"

    found = problems_of(f"{HEAD}flow:\n  - parallel: [{arm}{', *a' * 199}]\n")

    # The steps of the aliased arm are counted each time; all are the same place in the text.
    assert found == [f"4:617: {STEPS}"]
