"""Scenario files that are edited while a server runs: what they become counts after two looks, and nothing is lost."""

import threading

import pytest

from support.app_calls import ask, target
from support.mock_calls import send, status_of
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.command import Command, Verb
from taskmock.mockserver.playback.record import RecordKey
from taskmock.mockserver.scenarios.watcher import Stamp, Watcher
from taskmock.mockserver.server import reload
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.reload import Reloader, ReloadThread, file_of
from taskmock.mockserver.server.settings import Settings, build_app


def text(step, name="release"):
    return f"format: 1\nscenario: {name}\nedition: v2\nflow:\n- {step}: 10s\n"


class Edited:
    """A server over a folder of scenario files, and what it said of them."""

    def __init__(self, folder, *, scenario=None):
        self.clock = ManualClock()
        settings = Settings(scenarios=(folder,), scenario=scenario, clock=self.clock)
        self.app = build_app(settings)
        self.said = []
        playback, catalog = self.app.playback, self.app.context.catalog
        self.reloader = Reloader(playback, catalog, file=file_of(scenario), say=self.said.append)
        self.problems = self.reloader.start()

    def look(self):
        """Two looks: one sees a change, the next one that it stands still."""
        self.reloader.look()
        self.reloader.look()

    def poll(self, task="10", *, scenario="release", session="anna"):
        """The answer to a poll that names a scenario."""
        headers = {"X-Mock-Scenario": scenario} if scenario else {}
        return ask(self.app, f"/__s/{session}{target(task_id=task)}", headers=headers)

    def names(self, task="10", **more):
        """The names of the nodes that a poll shows."""
        data = self.poll(task, **more).json["data"]
        return [child["name"] for child in data["children"].values() if child["name"]]

    def log(self, task="10"):
        return self.app.playback.record(RecordKey("anna", "release", task)).log

    def admin(self, path):
        return ask(self.app, f"/__admin{path}").json

    def listed(self, name):
        """What the admin API lists of a scenario."""
        return next((one for one in self.admin("/scenarios")["scenarios"] if one["name"] == name), None)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "release.yaml"
    path.write_text(text("Build"), encoding="utf-8")
    return path


@pytest.fixture
def served(file):
    served = Edited(file.parent)
    assert served.names() == ["Build"]
    return served


def test_edit_counts_for_tasks_that_run_and_for_new_ones(served, file):
    file.write_text(text("Deploy"), encoding="utf-8")
    served.look()

    assert served.names() == ["Deploy"]
    assert served.names("11") == ["Deploy"]
    assert served.said == [f"reloaded: release ({file})"]


def test_edit_counts_at_the_second_look_only(served, file):
    file.write_text(text("Deploy"), encoding="utf-8")
    served.reloader.look()
    assert served.names("11") == ["Build"]

    served.reloader.look()
    assert served.names("12") == ["Deploy"]


def test_log_is_kept_through_an_edit(served, file):
    served.app.playback.command(RecordKey("anna", "release", "10"), Command(verb=Verb.PAUSE, target="task"))
    file.write_text(text("Deploy"), encoding="utf-8")
    served.look()
    served.poll()

    assert [entry.command.verb for entry in served.log()] == [Verb.PAUSE]


def test_broken_file_keeps_the_version_before_and_says_so_once(served, file):
    file.write_text("format: 1\nscenario: release\nflow: [A: 1x]\n", encoding="utf-8")
    served.look()
    served.look()

    assert served.names("11") == ["Build"]
    assert len(served.said) == 1
    assert f"{file}:3:" in served.said[0]
    assert served.said[0].startswith(f"Warning: {file} cannot be played; the version before goes on:\n")
    assert f"{file}:3:" in served.listed("release")["problem"]
    assert served.listed("release")["edition"] == "v2"
    assert served.admin("/health")["broken"] == ["release"]


def test_mended_file_counts_again(served, file):
    file.write_text("flow: [", encoding="utf-8")
    served.look()
    file.write_text(text("Deploy"), encoding="utf-8")
    served.look()

    assert served.names() == ["Deploy"]
    assert served.admin("/health")["broken"] == []
    assert served.said[1:] == [f"reloaded: release ({file})"]


def test_file_that_is_mended_to_what_it_was_says_so(served, file):
    before = file.read_bytes()
    file.write_text("flow: [", encoding="utf-8")
    served.look()
    file.write_bytes(before)
    served.look()

    assert served.said[1:] == [f"{file} can be played again"]


def test_new_file_plays_and_json_counts_too(served, file):
    (file.parent / "other.json").write_text(
        '{"format": 1, "scenario": "other", "flow": [{"A": "1s"}]}', encoding="utf-8"
    )
    served.reloader.look()
    assert served.poll(scenario="other").json["result"] is False

    served.reloader.look()
    assert served.poll(scenario="other").json["result"] is True
    assert served.said == [f"new: other ({file.parent / 'other.json'})"]


def test_half_written_file_does_not_count(served, file):
    file.write_text("flow: [", encoding="utf-8")
    served.reloader.look()
    file.write_text(text("Deploy"), encoding="utf-8")
    served.look()

    assert served.said == [f"reloaded: release ({file})"]


def test_file_that_is_renamed_into_place_counts(served, file):
    new = file.with_name(".release.yaml.swp")
    new.write_text(text("Debug"), encoding="utf-8")
    new.replace(file)
    served.look()

    assert served.names() == ["Debug"]


def test_deleted_scenario_goes_on_for_tasks_that_play_it_and_is_unknown_to_new_ones(served, file):
    served.clock.advance(4)
    before = served.poll().body
    file.unlink()
    served.look()

    assert served.poll().body == before
    assert served.poll("11").json["result"] is False
    assert served.said == [f"gone: release ({file}); tasks that play it go on"]
    assert served.listed("release") is None


def test_file_that_comes_back_is_followed_again(served, file):
    file.unlink()
    served.look()
    served.look()
    file.write_text(text("Deploy"), encoding="utf-8")
    served.look()

    assert served.names() == ["Deploy"]
    assert served.names("11") == ["Deploy"]


def test_scenario_that_is_built_on_an_edited_one_changes_too(file):
    (file.parent / "more.yaml").write_text("format: 1\nscenario: more\nuse: release\n", encoding="utf-8")
    served = Edited(file.parent)
    assert served.names(scenario="more") == ["Build"]
    file.write_text(text("Deploy"), encoding="utf-8")
    served.look()

    assert served.names(scenario="more") == ["Deploy"]


def test_scenario_that_lacks_another_plays_once_that_is_there(file):
    (file.parent / "more.yaml").write_text("format: 1\nscenario: more\nuse: later\n", encoding="utf-8")
    served = Edited(file.parent)
    assert [path.name for path, _ in served.problems] == ["more.yaml"]
    (file.parent / "later.yaml").write_text(text("Later", "later"), encoding="utf-8")
    served.look()
    served.look()

    assert served.names(scenario="more") == ["Later"]
    assert served.admin("/health")["broken"] == []


def test_file_for_all_tasks_is_followed_with_what_it_uses_and_by_a_new_name(tmp_path):
    base, own = tmp_path / "base.yaml", tmp_path / "own.yaml"
    base.write_text(text("Build", "base"), encoding="utf-8")
    own.write_text("format: 1\nscenario: own\nuse: base\n", encoding="utf-8")
    served = Edited(tmp_path / "..", scenario=own)
    assert served.names(scenario=None) == ["Build"]
    base.write_text(text("Deploy", "base"), encoding="utf-8")
    served.look()
    assert served.names(scenario=None) == ["Deploy"]

    own.write_text(text("Renamed", "renamed"), encoding="utf-8")
    served.look()
    assert served.names("12", scenario=None) == ["Renamed"]


def test_scenario_that_was_put_plays_until_it_is_taken_back(served, file):
    put = text("Put").encode()
    assert ask(served.app, "/__admin/scenarios/release", method="PUT", body=put).status == 200
    file.write_text(text("Deploy"), encoding="utf-8")
    served.look()
    assert served.names() == ["Put"]
    assert "that was put" in served.said[0]

    ask(served.app, "/__admin/scenarios/release", method="DELETE")
    assert served.names() == ["Deploy"]


def test_many_files_are_looked_at_more_slowly(tmp_path, file):
    numbers = [tmp_path / f"s{number}.yaml" for number in range(3)]
    for path in numbers:
        path.write_text(text("A", path.stem), encoding="utf-8")
    served = Edited(tmp_path)
    usual = served.reloader.interval
    watcher = Watcher(lambda _: Stamp(1, 1, 1))
    watcher.settle(tmp_path / str(number) for number in range(reload.MOST_FILES * 2))

    slow = Reloader(served.app.playback, served.app.context.catalog, say=served.said.append, watcher=watcher)
    slow.look()

    assert usual == reload.INTERVAL
    assert slow.interval == pytest.approx(2 * reload.INTERVAL, rel=0.1)
    assert served.said == [f"more than {reload.MOST_FILES} scenario files: looked at every {slow.interval:.1f} s only"]


def test_edits_under_32_pollers_lose_nothing(file):
    """Files are edited, broken, mended, renamed into place, half-written, deleted and made while everybody polls."""
    with MockServer(settings=Settings(scenarios=(file.parent,))) as mock:
        playback, said = mock.app.playback, []
        reloader = Reloader(playback, mock.app.context.catalog, say=said.append)
        reloader.start()
        over, statuses = threading.Event(), []

        def polls(number):
            while not over.is_set():
                url = f"{mock.url}/__s/s{number}"
                statuses.append(send(url, status_of(), headers={"X-Mock-Scenario": "release"}).status)

        pollers = [threading.Thread(target=polls, args=(number,)) for number in range(32)]
        for poller in pollers:
            poller.start()
        other = file.with_name("new.yaml")
        turns = [text("B"), "flow: [", text("C"), text("D")[:20], text("E"), None, text("F"), text("G")]
        for turn in turns:
            if turn is None:
                file.unlink()
            else:
                other.write_text(turn, encoding="utf-8")
                other.replace(file)
            seen = len(statuses)
            reloader.look()
            reloader.look()
            while len(statuses) < seen + 40:
                assert any(poller.is_alive() for poller in pollers)
        over.set()
        for poller in pollers:
            poller.join()

        assert set(statuses) == {200}
        assert len(said) == len(turns)
        assert len(playback.store.sessions()) == 32
        shown = send(mock.url, "/__s/s1" + status_of(), headers={"X-Mock-Scenario": "release"}).json["data"]
        assert "G" in {child["name"] for child in shown["children"].values()}


def test_thread_follows_an_edit_by_itself(served, file):
    told = threading.Event()
    served.reloader._say = lambda _: told.set()
    thread = ReloadThread(served.reloader)
    thread.start()
    try:
        file.write_text(text("Deploy"), encoding="utf-8")
        assert told.wait(60)
    finally:
        thread.stop()

    assert served.names() == ["Deploy"]
