"""What the real engines answered, reproduced by the mock poll by poll: tree, states, counters, times, order."""

import json

import capture_files
import pytest
from capture_plays import RECORDED, ROOT_CLASS, SITUATIONS, SUBPROCESS_NAME
from flows import EPOCH, KEY, history
from portrait import Portrayer, differences

from taskmock.mockserver.answers import frame_of, polled_playback
from taskmock.mockserver.graph import NOWHERE, ROOT
from taskmock.mockserver.loader import dump_scenario, read_scenario
from taskmock.mockserver.playback import Asked
from taskmock.mockserver.scenario import Frame, Play, Scenario
from taskmock.mockserver.taskclock import TaskClock
from taskmock.mockserver.wire import EDITIONS, document, failures

CAPTURES = capture_files.captures()

UNWRITTEN = {"subprocess-not-reached"}
"""A node without a name, which scenario files do not have."""

EXPRESSED = [
    situation for situation in dict.fromkeys(capture.situation for capture in CAPTURES) if situation in SITUATIONS
]


def snapshots(situation):
    """The captures of a situation, each with its reading in ms."""
    readings = SITUATIONS[situation].readings
    for capture in CAPTURES:
        if capture.situation == situation:
            number = capture.file.removeprefix(f"{situation}-")[:2]
            yield capture, readings.get(number, round((capture.t or 0) * 1000))


def is_plain(capture):
    """Whether an answer is a tree that no fault has touched."""
    data = capture.body.get("data") or {}
    return capture.body["result"] and data["state"] != "EXPIRED" and data["name"] != ROOT_CLASS


def answers(scenario, readings):
    """The answers of polls at these readings, as a client of the document's own call gets them."""
    playback = polled_playback(scenario)
    asked = Asked(session="s", task_id="10")
    key = playback.open(asked).key
    for reading in readings:
        TaskClock(playback, key).set(reading / 1000)
        yield frame_of(playback, playback.poll(asked)).body


def top_of(capture, played):
    """The node that an answer is about: the task, or a subprocess that was asked for."""
    asked = capture.params.get("subprocess_id")
    if asked is None:
        return ROOT
    return NOWHERE if asked.endswith(12 * "0") else played.graph.find(SUBPROCESS_NAME)


def test_every_captured_history_is_reproduced_once():
    assert sorted([*SITUATIONS, *RECORDED]) == sorted({capture.situation for capture in CAPTURES})


@pytest.mark.parametrize("situation", EXPRESSED)
def test_play_reproduces_captured_history(situation):
    real, mocked = Portrayer(), Portrayer()
    for capture, reading in snapshots(situation):
        if not is_plain(capture):
            continue
        played = history(SITUATIONS[situation].play, edition=capture.edition)
        data = document(
            played.tree_at(reading), EDITIONS[capture.edition], epoch=EPOCH, key=KEY, top=top_of(capture, played)
        )

        assert differences(mocked.portrait(data), real.portrait(capture.body["data"])) == [], capture.file
        assert not played.refused


UNUSUAL = dict.fromkeys(capture.situation for capture in CAPTURES if not is_plain(capture))


@pytest.mark.parametrize("situation", UNUSUAL)
def test_scenario_reproduces_captured_refusals_and_oddities(situation):
    captured = list(snapshots(situation))
    scenario = Scenario(name=situation, plays=(SITUATIONS[situation].play,), edition=captured[0][0].edition)
    real, mocked = Portrayer(), Portrayer()

    bodies = list(answers(scenario, [reading for _, reading in captured]))

    for (capture, _), body in zip(captured, bodies, strict=True):
        if "children" in (capture.body.get("data") or {}):
            assert differences(mocked.portrait(body.pop("data")), real.portrait(capture.body["data"])) == []
            assert body["result"] is True
        else:
            # The document's door adds `request_id`, and `data` where a refusal has none.
            assert {key: body[key] for key in capture.body} == capture.body


@pytest.mark.parametrize("situation", RECORDED)
def test_recorded_scenario_plays_captured_history_word_for_word(situation):
    captured = [capture for capture in CAPTURES if capture.situation == situation]
    frames = tuple(Frame(at=round(capture.t * 1000), body=capture.body) for capture in captured)
    recorded = Scenario(name=situation, plays=(Play(frames=frames),), edition=captured[0].edition)
    scenario = read_scenario(dump_scenario(recorded), source="recorded.json")

    bodies = answers(scenario, [frame.at for frame in frames])

    assert [json.dumps(body) for body in bodies] == [json.dumps(capture.body) for capture in captured]


EXPLAINED = [c for c in CAPTURES if "ex_data" in (c.body.get("data") or {}) and c.situation in SITUATIONS]


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


@pytest.mark.parametrize("situation", [situation for situation in EXPRESSED if situation not in UNWRITTEN])
def test_play_survives_its_scenario_file(situation):
    scenario = Scenario(name=situation, plays=(SITUATIONS[situation].play,))

    again = read_scenario(dump_scenario(scenario), source="captured.yaml")

    assert again.plays == scenario.plays
