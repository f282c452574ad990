"""What the real engines answered, reproduced by the mock poll by poll: tree, states, counters, times, order."""

import json

import pytest

from support import captures as capture_files
from support.captured_situations import RECORDED, SITUATIONS, SUBPROCESS_NAME
from support.history_comparison import Portrayer, differences
from support.scenario_playing import Stage
from taskmock.contracts import Contract
from taskmock.mockserver.api.bk_sops.documents.flags import Flags
from taskmock.mockserver.core.scenario import Frame, Play, Scenario
from taskmock.mockserver.dry_run.frames import frame_of
from taskmock.mockserver.scenarios import dump_scenario, read_scenario

pytestmark = pytest.mark.sweep

CAPTURES = capture_files.captures()

EXPRESSED = [
    situation for situation in dict.fromkeys(capture.situation for capture in CAPTURES) if situation in SITUATIONS
]

PARAMETERS = {"failed_info": "with_failed_node_info", "auto_retry": "with_auto_retry_status"}
"""Flags for which the recorder has other words."""

UNKNOWN_NODE = "n" + 31 * "0"


def snapshots(situation):
    """The captures of a situation, each with its reading in ms."""
    readings = SITUATIONS[situation].readings
    for capture in CAPTURES:
        if capture.situation == situation:
            number = capture.file.removeprefix(f"{situation}-")[:2]
            yield capture, readings.get(number, round((capture.t or 0) * 1000))


def said(capture, graph):
    """The parameters with which a capture was asked for, about the mock's own node."""
    parameters = {PARAMETERS.get(name, name): value for name, value in capture.params.items()}
    if parameters.get("subprocess_id") not in {None, UNKNOWN_NODE}:
        parameters["subprocess_id"] = graph.nodes[graph.find(SUBPROCESS_NAME)].id
    return parameters


def answers(scenario, polls):
    """What a client of the document's own call gets at these readings, each with the parameters of the capture."""
    stage = Stage(scenarios=(scenario,), default=scenario.name)
    key = stage.open()
    graph = stage.playback.history(stage.playback.record(key)).graph
    for capture, reading in polls:
        stage.hand(key).set(reading / 1000)
        parameters = said(capture, graph)
        yield parameters, frame_of(stage.playback.poll(stage.asked(flags=Flags.of(parameters))), stage.renderer).body


def scenario_of(situation):
    """A situation's play, in the edition of its captures."""
    edition = next(capture.edition for capture in CAPTURES if capture.situation == situation)
    return Scenario(name=situation, plays=(SITUATIONS[situation].play,), edition=edition)


def played(situation):
    """The captures of a situation, and what the mock answers in their place."""
    captured = list(snapshots(situation))
    for (capture, _), (parameters, body) in zip(captured, answers(scenario_of(situation), captured), strict=True):
        yield capture, parameters, body


def test_every_captured_history_is_reproduced_once():
    assert sorted([*SITUATIONS, *RECORDED]) == sorted({capture.situation for capture in CAPTURES})


@pytest.mark.parametrize("situation", EXPRESSED)
def test_scenario_reproduces_captured_history(situation):
    real, mocked = Portrayer(), Portrayer()

    for capture, _, body in played(situation):
        if "children" in (capture.body.get("data") or {}):
            assert differences(mocked.portrait(body["data"]), real.portrait(capture.body["data"])) == [], capture.file
            assert {key: body[key] for key in capture.body if key != "data"} == {
                "result": True,
                "code": 0,
                "message": "",
            }
        else:
            # The document's door adds `request_id`, and `data` where a refusal has none.
            assert {key: body[key] for key in capture.body} == capture.body


@pytest.mark.parametrize("situation", EXPRESSED)
def test_scenario_of_captured_history_keeps_the_contract(situation):
    for capture, parameters, body in played(situation):
        report = Contract(capture.edition, strictness="strict").check_response(body, request=parameters)

        assert report.violations == (), capture.file


@pytest.mark.parametrize("situation", EXPRESSED)
def test_scripted_operations_of_captured_history_are_obeyed(situation):
    stage = Stage(scenarios=(scenario_of(situation),), default=situation)

    assert stage.playback.history(stage.playback.record(stage.open())).refused == ()


@pytest.mark.parametrize("situation", RECORDED)
def test_recorded_scenario_plays_captured_history_word_for_word(situation):
    captured = [capture for capture in CAPTURES if capture.situation == situation]
    frames = tuple(Frame(at=round(capture.t * 1000), body=capture.body) for capture in captured)
    recorded = Scenario(name=situation, plays=(Play(frames=frames),), edition=captured[0].edition)
    scenario = read_scenario(dump_scenario(recorded), source="recorded.json")

    bodies = answers(scenario, [(capture, frame.at) for capture, frame in zip(captured, frames, strict=True)])

    assert [json.dumps(body) for _, body in bodies] == [json.dumps(capture.body) for capture in captured]


@pytest.mark.parametrize("situation", EXPRESSED)
def test_play_survives_its_scenario_file(situation):
    scenario = scenario_of(situation)

    again = read_scenario(dump_scenario(scenario), source="captured.yaml")

    assert again.plays == scenario.plays
