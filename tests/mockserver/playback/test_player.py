"""Playing scenarios for sessions: which one plays, how it begins, how far it is, the same again."""

import itertools
import json
import threading

import pytest

from support.scenario_building import history, ms
from support.scenario_playing import STEPS, Stage, Wall, shape
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS, document
from taskmock.mockserver.clock import EPOCH
from taskmock.mockserver.core.errors import ScenarioNotFoundError
from taskmock.mockserver.playback.record import RecordKey
from taskmock.mockserver.playback.store import RecordGoneError

MODES = ("wall", "polls", "manual", "instant")


def names(data):
    """The names of the nodes directly below the task."""
    return [child["name"] for child in data["children"].values()]


# -- which scenario plays


@pytest.mark.parametrize(
    ("call", "tasks", "session", "default", "chosen"),
    [
        ("fails", {"10": "steps"}, "steps", "steps", "fails"),
        (None, {"10": "fails"}, "steps", "steps", "fails"),
        (None, {"11": "steps"}, "fails", "steps", "fails"),
        (None, {}, None, "fails", "fails"),
        (None, {}, None, None, "generated"),
        ("generated", {}, "steps", "steps", "generated"),
    ],
)
def test_call_goes_before_task_before_session_before_default(call, tasks, session, default, chosen):
    stage = Stage(default=default)
    stage.settle(tasks=tasks, scenario=session)

    assert stage.poll(scenario=call).record.key == RecordKey("s", chosen, "10")


def test_task_that_a_scenario_does_not_have_is_generated():
    stage = Stage(default="evens")

    assert [stage.poll(task_id).record.key.scenario for task_id in ("12", "13")] == ["evens", "generated"]


def test_first_script_for_a_task_id_plays():
    stage = Stage(default="evens", mode="instant")

    assert "E" in names(stage.data("4"))


def test_unknown_scenario_is_an_error_that_names_the_closest():
    stage = Stage()

    with pytest.raises(ScenarioNotFoundError, match="no scenario is called 'step'; did you mean 'steps'"):
        stage.poll(scenario="step")


@pytest.mark.parametrize(
    ("chosen", "scenario", "spoken"),
    [(None, "steps", "v2"), (None, "evens", "v1"), (None, None, "doc-2019"), ("v1", "steps", "v1"), ("v2", None, "v2")],
)
def test_edition_is_the_users_then_the_scenarios_then_the_document(chosen, scenario, spoken):
    stage = Stage(edition=chosen)

    assert stage.poll("4", scenario=scenario).edition == spoken


@pytest.mark.parametrize(
    ("chosen", "default", "spoken"), [(None, None, "doc-2019"), (None, "evens", "v1"), ("v2", "evens", "v2")]
)
def test_default_edition_is_what_calls_without_a_scenario_get(chosen, default, spoken):
    assert Stage(edition=chosen, default=default).playback.default_edition == spoken


# -- opening


def test_task_of_a_wall_clock_starts_at_its_first_touch():
    stage = Stage(clock=Wall(1_700_000_000_000), default="steps")

    assert stage.data()["start_time"] == "2023-11-15 06:13:20 +0800"
    assert stage.poll().record.epoch == 1_700_000_000_000


@pytest.mark.parametrize("mode", ["polls", "manual", "instant"])
def test_other_clocks_start_at_the_documents_own_time(mode):
    stage = Stage(clock=Wall(), mode=mode, default="steps")

    assert stage.data()["start_time"] == "2018-04-26 16:08:34 +0800"
    assert stage.poll().record.epoch == EPOCH


def test_manual_clock_source_starts_every_task_at_the_same_time():
    stage = Stage(default="steps")
    stage.clock.advance(3)

    late = stage.data("11")

    assert (late["start_time"], late["elapsed_time"]) == ("2018-04-26 16:08:34 +0800", 3)


def test_record_is_opened_once_and_keeps_how_it_began():
    stage = Stage(clock=Wall(), default="steps")
    key = stage.open()
    stage.clock.moment += 5000
    stage.settle(speed=9.0)

    assert stage.open() == key
    assert (stage.playback.record(key).epoch, stage.playback.record(key).time.speed) == (1_700_000_000_000, 1.0)


def test_session_settles_clock_and_speed_of_tasks_to_come():
    stage = Stage(default="steps")
    before = stage.open("1")
    stage.settle(mode="polls", speed=3.0)
    after = stage.playback.record(stage.open("2"))

    assert (after.time.mode, after.time.speed) == ("polls", 3.0)
    assert stage.playback.record(before).time.mode == "wall"


def test_size_of_a_task_counts_it_and_its_nodes_once_it_is_touched():
    stage = Stage(default="steps")
    before = stage.playback.size_of(stage.asked())
    stage.poll()

    assert (before, stage.playback.size_of(stage.asked())) == (0, 5)


def test_untouched_task_has_no_record():
    with pytest.raises(RecordGoneError, match=r"the session 's' has no task '1' \(any more\)"):
        Stage().playback.record(RecordKey("s", "steps", "1"))


# -- readings


def test_wall_time_moves_the_task_at_its_speed():
    stage = Stage(clock=Wall(), default="steps", speed=10.0)

    seen = []
    for _ in range(3):
        answer = stage.poll()
        seen.append((answer.reading.moment, json.loads(answer.data)["state"]))
        stage.clock.moment += 300

    assert seen == [(0, "RUNNING"), (3000, "RUNNING"), (6000, "FINISHED")]


def test_time_that_goes_back_stops_at_the_start():
    stage = Stage(clock=Wall(), default="steps")
    stage.poll()
    stage.clock.moment -= 60_000

    assert stage.poll().reading.moment == 0


def test_polls_move_the_task_from_change_to_change():
    stage = Stage(mode="polls", default="steps")

    seen = [(stage.poll().reading.moment) for _ in range(6)]

    assert seen == [0, 2000, 5000, 5000, 5000, 5000]


def test_instant_task_is_at_its_end():
    answer = Stage(mode="instant", default="steps").poll()

    assert (answer.reading.moment, json.loads(answer.data)["state"]) == (5000, "FINISHED")


def test_manual_task_stands_still():
    stage = Stage(mode="manual", clock=Wall(), default="steps")
    stage.poll()
    stage.clock.moment += 60_000

    assert stage.poll().reading.moment == 0


@pytest.mark.parametrize("mode", MODES)
def test_polls_are_counted_under_every_clock(mode):
    stage = Stage(mode=mode, default="steps")

    assert [stage.poll().reading.poll for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("mode", MODES)
def test_opening_a_task_is_no_poll(mode):
    stage = Stage(mode=mode, default="steps")
    stage.open()

    assert stage.poll().reading.poll == 1


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_answer_is_that_of_the_pure_core(edition):
    stage = Stage(default="steps", edition=edition)
    stage.clock.advance(3)

    tree = history(STEPS.plays[0], edition=edition, key="seed:steps:10").tree_at(ms(3))
    assert stage.data() == document(tree, EDITIONS[edition], epoch=EPOCH, key="seed:steps:10")


# -- the same again


@pytest.mark.parametrize("scenario", ["steps", None])
def test_two_readings_of_one_instant_are_the_same_bytes(scenario):
    stage = Stage()
    stage.clock.advance(1.2)

    assert stage.poll(scenario=scenario).data == stage.poll(scenario=scenario).data


def test_answers_are_the_same_in_every_session_and_after_a_restart():
    one, other = Stage(), Stage()

    assert one.poll(session="a").data == one.poll(session="b").data == other.poll().data


def test_other_task_ids_and_seeds_give_other_tasks():
    shapes = [shape(Stage(seed=seed, mode="instant").data(task_id)) for seed in "ab" for task_id in ("1", "2")]

    assert all(one != other for one, other in itertools.combinations(shapes, 2))


def test_finished_task_gives_the_same_bytes_for_ever():
    stage = Stage(default="steps")
    stage.clock.advance(5)
    first = stage.poll().data
    stage.clock.advance(1000)

    assert stage.poll().data == first


def test_locale_names_the_nodes():
    english, chinese = (Stage(mode="instant", locale=locale, edition="v2").data() for locale in ("en", "zh"))

    assert english["name"].isascii()
    assert not chinese["name"].isascii()


def test_request_id_depends_on_task_and_reading_alone():
    stage = Stage(default="steps")
    first, again = stage.poll().request_id, stage.poll(session="other").request_id
    stage.clock.advance(1)

    assert first == again != stage.poll().request_id


def test_polls_of_many_threads_are_each_counted_once():
    stage = Stage(mode="polls", default="steps")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(stage.poll())) for _ in range(24)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.reading.poll for answer in answers) == list(range(1, 25))
    assert {answer.reading.moment for answer in answers} == {0, 2000, 5000}
    assert len({(answer.reading.moment, answer.data) for answer in answers}) == 3


def test_threads_of_many_sessions_get_the_same_answers():
    stage = Stage(mode="instant")
    answers = []
    threads = [
        threading.Thread(target=lambda session=session: answers.append(stage.poll(session=session)))
        for session in "abcdefghijkl"
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 12
    assert len({answer.data for answer in answers}) == 1
