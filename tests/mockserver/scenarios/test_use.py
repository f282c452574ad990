"""Scenario files that build on each other with `use:`."""

from __future__ import annotations

import pathlib

import pytest

from taskmock.mockserver.core.flow import Activity
from taskmock.mockserver.core.scenario import Frame, Play, Scenario
from taskmock.mockserver.generation.generator import generate
from taskmock.mockserver.generation.options import GenerateOptions
from taskmock.mockserver.scenarios import ScenarioError, load_scenario
from taskmock.mockserver.scenarios.files import Find

HEAD = "format: 1\nscenario: demo\n"


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "basic.yaml").write_text(
        "format: 1\nscenario: basic\ntitle: Basic\nedition: v2\ntags: [a]\nends: FAILED\n"
        "task: {id: 10, name: Web}\nstart: 3s\ndispatch: 1s\nflow:\n  - Copy: {fails: boom}\n"
        "events: [{when: Copy FAILED, retry: Copy}]\nfaults: [{when: Copy FAILED, http: 502}]\n",
        encoding="utf-8",
    )
    return tmp_path


def load_text(folder: pathlib.Path, text: str, *, find: Find | None = None) -> Scenario:
    path = folder / "mine.yaml"
    path.write_text(f"format: 1\nscenario: mine\n{text}", encoding="utf-8")
    return load_scenario(path, find=find)


def problems_of(folder: pathlib.Path, text: str, *, find: Find | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_text(folder, text, find=find)
    return [str(problem).removeprefix(str(folder))[1:] for problem in caught.value.problems]


def test_used_scenario_is_taken_over(folder: pathlib.Path) -> None:
    basic = load_scenario(folder / "basic.yaml")

    mine = load_text(folder, "use: basic\n")

    assert (mine.name, mine.plays, mine.title, mine.edition) == ("mine", basic.plays, "Basic", "v2")
    assert (mine.tags, mine.ends) == (("a",), "FAILED")


def test_given_keys_replace_those_of_the_used_scenario(folder: pathlib.Path) -> None:
    (basic,) = load_scenario(folder / "basic.yaml").plays

    mine = load_text(
        folder, "use: basic\ntitle: Mine\nedition: v1\ntags: []\ntask: {name: Other}\nstart: 0\nfaults: []\n"
    )

    (play,) = mine.plays
    assert (mine.title, mine.edition, mine.tags) == ("Mine", "v1", ())
    assert (play.ids, play.name, play.start, play.dispatch) == (("10",), "Other", 0, 1000)
    assert (play.flow, play.events, play.faults) == (basic.flow, basic.events, ())


def test_flow_that_lacks_used_nodes_is_refused(folder: pathlib.Path) -> None:
    assert problems_of(folder, "use: basic\nflow: [Move: 2s]\n") == [
        "mine.yaml:3:1: no node is called 'Copy'; allowed: task, 'Move'"
    ]


def test_tasks_replace_the_used_task(folder: pathlib.Path) -> None:
    assert load_text(folder, "use: basic\ntasks: [{id: 7, flow: []}]\n").plays == (Play(ids=("7",)),)


def test_several_used_tasks_are_taken_whole(folder: pathlib.Path) -> None:
    (folder / "two.yaml").write_text(f"{HEAD}tasks: [{{id: 1, flow: []}}, {{id: 2, flow: []}}]\n", encoding="utf-8")

    assert len(load_text(folder, "use: two\ntitle: Mine\n").plays) == 2
    wrong = "'start' fits no single one of the 2 tasks that are used"
    assert problems_of(folder, "use: two\nstart: 1s\n") == [
        f"mine.yaml:4:1: {wrong}; allowed: tasks, which replaces them all"
    ]


def test_generated_flow_replaces_the_used_one(folder: pathlib.Path) -> None:
    (play,) = load_text(folder, "use: basic\ngenerate: {nodes: 30}\nfaults: []\n").plays

    drawn = generate("mine", "", GenerateOptions(nodes=30, edition="v2")).scenario.plays[0]
    assert (play.ids, play.name) == (("10",), "Web")
    assert (play.flow, play.events, play.faults) == (drawn.flow, drawn.events, ())


def test_frames_and_flow_replace_each_other(folder: pathlib.Path) -> None:
    (folder / "rec.json").write_text(
        '{"format": 1, "scenario": "rec", "frames": [{"at": "0s", "body": {"result": true}}]}', encoding="utf-8"
    )

    assert load_text(folder, "use: rec\nflow: [Copy]\n").plays == (Play(flow=(Activity(name="Copy"),)),)
    (play,) = load_text(folder, "use: basic\nframes: [{at: 0s, body: {}}]\nfaults: []\n").plays
    assert (play.flow, play.events, play.frames) == ((), (), (Frame(at=0, body={}),))


def test_unknown_used_scenario_is_named(folder: pathlib.Path) -> None:
    assert problems_of(folder, "use: basics\n") == [
        "mine.yaml:3:6: no scenario is called 'basics'; allowed: basic, mine; did you mean 'basic'?"
    ]


def test_name_leads_out_of_no_folder(folder: pathlib.Path) -> None:
    (folder / "inner").mkdir()

    assert problems_of(folder / "inner", "use: ../basic\n") == [
        "mine.yaml:3:6: no scenario is called '../basic'; allowed: mine"
    ]


def test_broken_used_scenario_is_told_with_its_problems(folder: pathlib.Path) -> None:
    (folder / "basic.yaml").write_text("format: 2\nscenario: basic\nflow: 3\n", encoding="utf-8")

    assert problems_of(folder, "use: basic\nstart: 3\n")[:2] == [
        "mine.yaml:3:6: the scenario 'basic' that is used here has 2 problems itself",
        "basic.yaml:1:9: format is '2'; allowed: 1",
    ]


def test_circle_of_used_scenarios_is_named(folder: pathlib.Path) -> None:
    for name, used in (("one", "two"), ("two", "mine")):
        (folder / f"{name}.yaml").write_text(f"format: 1\nscenario: {name}\nuse: {used}\n", encoding="utf-8")

    said = "the scenario uses itself: mine → one → two → mine; allowed: `use` without a circle"
    assert problems_of(folder, "use: one\n")[-1] == f"two.yaml:3:6: {said}"


def test_scenario_that_uses_itself_is_named(folder: pathlib.Path) -> None:
    assert problems_of(folder, "use: mine\n") == [
        "mine.yaml:3:6: the scenario uses itself: mine → mine; allowed: `use` without a circle"
    ]


def test_finder_is_asked_for_what_is_not_beside_the_file(folder: pathlib.Path) -> None:
    made = Scenario(name="made", plays=(Play(name="Made"),))

    def find(name: str) -> Scenario:
        if name == "made":
            return made
        raise LookupError

    assert load_text(folder, "use: made\n", find=find).plays == made.plays
    assert load_text(folder, "use: basic\n", find=find).title == "Basic"
    assert problems_of(folder, "use: other\n", find=find) == ["mine.yaml:3:6: no scenario is called 'other'"]
