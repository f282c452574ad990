"""What the real engines answered, reproduced by the mock poll by poll: tree, states, counters, times, order."""

import capture_files
import pytest
from capture_plays import SITUATIONS, SUBPROCESS_NAME
from flows import EPOCH, KEY, history
from portrait import Portrayer, differences

from taskmock.mockserver.graph import NOWHERE, ROOT
from taskmock.mockserver.loader import dump_scenario, read_scenario
from taskmock.mockserver.scenario import Scenario
from taskmock.mockserver.wire import EDITIONS, document, expired, failures

CAPTURES = capture_files.captures()

NOT_EXPRESSED = {
    "created-02-error.json": "an answer whose result is false: the door's affair, not the engine's",
    "error-iam-01.json": "an answer whose result is false: the door's affair, not the engine's",
    "error-project-not-found-01.json": "an answer whose result is false: the door's affair, not the engine's",
    "error-task-not-found-01.json": "an answer whose result is false: the door's affair, not the engine's",
    "expired-01.json": "no engine run, a constant of the product; see test_expired_body_is_the_captured_one",
    "big-subprocess-20x30-01.json": "the recorder's single worker ran the arms one by one",
    "v211-loop-retry-01.json": "engine line 2.11 (LOOP_READY) is no edition of the mock",
    "v211-loop-retry-02.json": "engine line 2.11 (LOOP_READY) is no edition of the mock",
    "v211-loop-retry-03.json": "engine line 2.11 (LOOP_READY) is no edition of the mock",
    "v1-seed-like-02-rawname.json": "the root's name as stored; bk-sops itself puts the task's name there",
}
"""Captures that no play reproduces, and why."""

UNTIMED = {"big-subprocess-20x30"}
"""Reproduced but for its times: the recorder's single worker ran the arms one after another."""

UNWRITTEN = {"subprocess-not-reached"}
"""A node without a name, which scenario files do not have."""

EXPRESSED = [
    situation for situation in dict.fromkeys(capture.situation for capture in CAPTURES) if situation in SITUATIONS
]


def snapshots(situation):
    """The expressed captures of a situation, each with its reading in ms."""
    readings = SITUATIONS[situation].readings
    for capture in CAPTURES:
        if capture.situation == situation and capture.file not in NOT_EXPRESSED:
            number = capture.file.removeprefix(f"{situation}-")[:2]
            yield capture, readings.get(number, round(capture.t * 1000))


def top_of(capture, played):
    """The node that an answer is about: the task, or a subprocess that was asked for."""
    asked = capture.params.get("subprocess_id")
    if asked is None:
        return ROOT
    return NOWHERE if asked.endswith(12 * "0") else played.graph.find(SUBPROCESS_NAME)


def test_every_capture_is_reproduced_or_excused():
    reproduced = {capture.file for situation in EXPRESSED for capture, _ in snapshots(situation)}

    assert reproduced | NOT_EXPRESSED.keys() == {capture.file for capture in CAPTURES}


@pytest.mark.parametrize("situation", EXPRESSED)
def test_play_reproduces_captured_history(situation):
    timed = situation not in UNTIMED
    real, mocked = Portrayer(timed=timed), Portrayer(timed=timed)
    for capture, reading in snapshots(situation):
        played = history(SITUATIONS[situation].play, edition=capture.edition)
        data = document(
            played.tree_at(reading), EDITIONS[capture.edition], epoch=EPOCH, key=KEY, top=top_of(capture, played)
        )

        assert differences(mocked.portrait(data), real.portrait(capture.body["data"])) == [], capture.file
    assert not played.refused


EXPLAINED = [c for c in CAPTURES if "ex_data" in (c.body.get("data") or {}) and c.file not in NOT_EXPRESSED]


@pytest.mark.parametrize("capture", EXPLAINED, ids=lambda capture: capture.file)
def test_failures_are_what_the_real_engine_says(capture):
    (reading,) = (reading for one, reading in snapshots(capture.situation) if one == capture)
    tree = history(SITUATIONS[capture.situation].play).tree_at(reading)
    data = document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY)
    real, mocked = Portrayer(), Portrayer()
    mocked.portrait(data)
    real.portrait(capture.body["data"])

    said = failures(tree, data)

    expected = capture.body["data"]["ex_data"]
    assert {mocked.id_of(key): text for key, text in said.items()} == {
        real.id_of(key): text for key, text in expected.items()
    }


def test_expired_body_is_the_captured_one():
    (capture,) = (capture for capture in CAPTURES if capture.file == "expired-01.json")

    assert expired("发布任务") == capture.body["data"]


@pytest.mark.parametrize("situation", [situation for situation in EXPRESSED if situation not in UNWRITTEN])
def test_play_survives_its_scenario_file(situation):
    scenario = Scenario(name=situation, plays=(SITUATIONS[situation].play,))

    again = read_scenario(dump_scenario(scenario), source="captured.yaml")

    assert again.plays == scenario.plays
