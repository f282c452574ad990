"""The shelf: scenarios by name, from folders, files and code."""

import pytest

from taskmock.mockserver.core.errors import ScenarioNotFoundError
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.scenarios import ScenarioError, load_scenario
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.server.settings import Settings, build_app


def write(path, name="copy", **more):
    lines = ["format: 1", f"scenario: {name}", *(f"{key}: {value}" for key, value in more.items())]
    if "use" not in more:
        lines.append("flow: [Copy: 3s]")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_folder_gives_its_files_by_name(tmp_path):
    write(tmp_path / "copy.yaml")
    write(tmp_path / "move.yml", "move")
    (tmp_path / "notes.txt").write_text("no scenario", encoding="utf-8")

    shelf = Catalog([tmp_path])

    assert {"copy", "move"} <= set(shelf.names())
    assert "notes" not in shelf.names()
    assert shelf.scenario("move").name == "move"


def test_json_files_of_a_folder_are_scenarios(tmp_path):
    (tmp_path / "mine.json").write_text('{"format": 1, "scenario": "mine", "flow": ["Copy"]}', encoding="utf-8")

    catalog = Catalog([tmp_path])

    assert "mine" in catalog.names()
    assert catalog.scenario("mine").plays[0].flow[0].name == "Copy"


def test_name_means_one_file_in_a_catalog_and_in_use(tmp_path):
    (tmp_path / "copy.json").write_text('{"format": 1, "scenario": "copy", "flow": ["A"]}', encoding="utf-8")
    write(tmp_path / "copy.yaml", title="yaml")
    path = write(tmp_path / "more.yaml", "more", use="copy")

    assert Catalog([tmp_path]).scenario("copy").title == load_scenario(path).title == "yaml"


def test_later_folder_wins(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        write(folder / "copy.yaml", title=folder.name)

    assert Catalog(folders).scenario("copy").title == "b"


def test_scenario_is_found_by_the_name_in_its_file_too(tmp_path):
    write(tmp_path / "file-name.yaml", "own-name")
    shelf = Catalog([tmp_path])

    assert shelf.scenario("file-name") is shelf.scenario("own-name")


def test_scenario_is_read_once(tmp_path):
    path = write(tmp_path / "copy.yaml")
    shelf = Catalog([tmp_path])
    first = shelf.scenario("copy")
    path.unlink()

    assert shelf.scenario("copy") is first


def test_scenarios_of_code_are_on_the_shelf():
    made = Scenario(name="made", plays=(Play(),))
    added = Scenario(name="added", plays=(Play(),))
    shelf = Catalog(scenarios=[made])
    shelf.add(added)

    assert {made, added} <= {shelf.scenario(name) for name in ("made", "added")}


def test_all_scenarios_come_in_the_order_of_their_names(tmp_path):
    for name in ("b", "a"):
        write(tmp_path / f"{name}.yaml", name)

    names = [scenario.name for scenario in Catalog([tmp_path])]

    assert names == sorted(names)
    assert {"a", "b"} <= set(names)


def test_unknown_name_lists_those_there_are(monkeypatch, tmp_path):
    monkeypatch.setattr("taskmock.mockserver.scenarios.catalog.LIBRARY", tmp_path)
    write(tmp_path / "copy.yaml")

    with pytest.raises(ScenarioNotFoundError) as caught:
        Catalog().scenario("coppy")

    assert str(caught.value) == (
        "no scenario is called 'coppy'; did you mean 'copy'? (`taskmock scenarios list` shows all; or name a file)"
    )


def test_empty_shelf_says_that_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr("taskmock.mockserver.scenarios.catalog.LIBRARY", tmp_path)

    with pytest.raises(ScenarioNotFoundError) as caught:
        Catalog().take("copy")

    assert str(caught.value) == "no scenario is called 'copy' (there are: none; or name a file)"


def test_file_is_taken_in_the_place_of_its_name(tmp_path):
    write(tmp_path / "copy.yaml", title="old")
    other = tmp_path / "other"
    other.mkdir()
    path = write(other / "copy.yaml", title="new")
    shelf = Catalog([tmp_path])

    assert shelf.take(path).title == "new"
    assert shelf.scenario("copy").title == "new"


def test_file_may_use_a_scenario_of_the_shelf(tmp_path):
    write(tmp_path / "copy.yaml", title="used")
    other = tmp_path / "other"
    other.mkdir()
    path = write(other / "more.yaml", "more", use="copy")

    assert Catalog([tmp_path]).take(path).title == "used"


def test_file_may_use_a_scenario_of_code(tmp_path):
    made = Scenario(name="made", plays=(Play(name="Made"),))
    path = write(tmp_path / "more.yaml", "more", use="made")

    assert Catalog(scenarios=[made]).take(path).plays[0].name == "Made"


def test_missing_file_says_so(tmp_path):
    with pytest.raises(ScenarioError, match="the file cannot be read"):
        Catalog().take(tmp_path / "nowhere.yaml")


def test_server_refuses_a_file_whose_answers_break_the_contract(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "format: 1\nscenario: wrong\nedition: v2\nframes:\n"
        "  - {at: 0s, body: {result: true, data: {state: LOST, name: x}}}\n",
        encoding="utf-8",
    )

    with pytest.raises(ScenarioError) as caught:
        build_app(Settings(scenario=path))

    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["contract", "contract"]
    assert "breaks the contract of v2: field.missing at /data/id" in str(caught.value)
