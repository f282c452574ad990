"""Playing scenarios for sessions: which one, how far, what is answered, what commands leave behind."""

import itertools
import json

import pytest
from flows import act, given, history, ms, parallel, play, rendered, sub
from stagehand import EVENS, FAILS, STEPS, Stage, Wall, shape

from taskmock.mockserver.clock import EPOCH
from taskmock.mockserver.command import Command, Verb
from taskmock.mockserver.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.graph import AddressError
from taskmock.mockserver.operations import CommandRefusedError
from taskmock.mockserver.playback import UnknownNodeError
from taskmock.mockserver.record import RecordKey
from taskmock.mockserver.scenario import Frame, Scenario
from taskmock.mockserver.shelf import ScenarioNotFoundError
from taskmock.mockserver.store import RecordGoneError
from taskmock.mockserver.wire import EDITIONS, document

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
    assert (stage.playback.record(key).epoch, stage.playback.record(key).speed) == (1_700_000_000_000, 1.0)


def test_session_settles_clock_and_speed_of_tasks_to_come():
    stage = Stage(default="steps")
    before = stage.open("1")
    stage.settle(mode="polls", speed=3.0)
    after = stage.playback.record(stage.open("2"))

    assert (after.mode, after.speed) == ("polls", 3.0)
    assert stage.playback.record(before).mode == "wall"


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


# -- sessions


def test_sessions_have_tasks_of_their_own():
    stage = Stage(default="fails")
    mine, theirs = stage.open(session="a"), stage.open(session="b")
    stage.clock.advance(5)

    stage.give(mine, "skip", "B")

    assert stage.data(session="a")["state"] == "FINISHED"
    assert stage.data(session="b")["state"] == "FAILED"
    assert (stage.playback.record(mine).polls, stage.playback.record(theirs).polls) == (1, 1)


def test_forgotten_session_begins_anew():
    stage = Stage(mode="polls", default="steps")
    stage.poll()
    stage.poll()
    stage.store.forget("s")

    assert stage.poll().reading == (0, 1)


# -- node ids


def test_node_id_gives_the_subtree_of_the_task_that_was_touched():
    nested = Scenario(name="nested", plays=(play(sub("S", act("A", 2)), name="T"),))
    stage = Stage(default="nested", scenarios=(nested,))
    stage.clock.advance(1)
    whole = stage.data()
    (node,) = (child for child in whole["children"].values() if child["name"] == "S")

    subtree = stage.data("x", node_id=node["id"])

    assert subtree == node


def test_poll_of_a_node_is_a_poll_of_its_task():
    stage = Stage(mode="polls", default="steps")
    task = stage.data()

    answer = stage.poll("x", node_id=task["id"])

    assert (answer.reading.poll, answer.record.key.task_id) == (2, "10")


def test_node_of_several_tasks_is_the_latest_ones():
    pinned = Scenario(name="pinned", plays=(play(act("A", 1), id="a" * 32),))
    stage = Stage(default="pinned", scenarios=(pinned,))
    stage.open("1")
    stage.open("2")

    assert stage.poll("x", node_id="a" * 32).record.key.task_id == "2"


def test_node_of_a_scenario_that_is_gone_is_unknown():
    stage = Stage(default="steps")
    node = stage.data()["id"]
    stage.shelf.remove("steps")

    with pytest.raises(UnknownNodeError):
        stage.poll("x", node_id=node)


def test_node_that_no_task_of_the_session_has_is_unknown():
    stage = Stage(default="steps")
    node = stage.data(session="a")["id"]

    with pytest.raises(UnknownNodeError) as caught:
        stage.poll("x", session="b", node_id=node)

    assert str(caught.value) == f"no task of this session has a node {node}"
    assert caught.value.node_id == node


# -- commands


@pytest.mark.parametrize("mode", ["wall", "manual", "polls", "instant"])
def test_accepted_command_is_logged_at_the_reading(mode):
    stage = Stage(mode=mode, clock=Wall(), default="fails")
    key = stage.open()
    stage.hand(key).set(4)

    record = stage.give(key, "retry", "B")

    at = 4001 if mode == "polls" else 4000  # a poll has shown 4000 already
    assert record.log == (given(at / 1000, "retry", "B"),)
    stage.hand(key).end()
    assert stage.data()["state"] == "FINISHED"


def test_refused_command_changes_nothing():
    stage = Stage(default="steps")
    key = stage.open()
    before = stage.playback.record(key)

    with pytest.raises(CommandRefusedError):
        stage.give(key, "retry", "A")
    with pytest.raises(AddressError):
        stage.give(key, "retry", "Nobody")

    assert stage.playback.record(key) == before


def test_several_commands_are_all_given_or_none():
    stage = Stage(default="fails")
    key = stage.open()
    pause, skip = Command(verb=Verb.PAUSE), Command(verb=Verb.SKIP, target="A")

    with pytest.raises(CommandRefusedError, match="skip A"):
        stage.playback.command(key, pause, skip)
    assert stage.playback.record(key).log == ()

    stage.playback.command(key, pause, Command(verb=Verb.RESUME))
    assert [entry.command.verb for entry in stage.playback.record(key).log] == ["pause", "resume"]


def test_command_after_going_back_discards_what_came_later():
    stage = Stage(default="fails")
    key = stage.open()
    stage.clock.advance(4)
    stage.give(key, "retry", "B")
    stage.hand(key).set(1)
    kept = stage.playback.record(key).log

    stage.give(key, "pause")

    assert kept == (given(4, "retry", "B"),)
    assert stage.playback.record(key).log == (given(1, "pause"),)


def test_refused_command_after_going_back_discards_nothing():
    stage = Stage(default="fails")
    key = stage.open()
    stage.clock.advance(4)
    stage.give(key, "retry", "B")
    stage.hand(key).set(1)

    with pytest.raises(CommandRefusedError):
        stage.give(key, "retry", "B")

    assert stage.playback.record(key).log == (given(4, "retry", "B"),)


def test_log_alone_gives_the_answers_again():
    stage = Stage(default="fails")
    key = stage.open()
    stage.clock.advance(4)
    stage.give(key, "retry", "B")
    stage.clock.advance(60)
    later = stage.data()

    replayed = history(FAILS.plays[0], *stage.playback.record(key).log, key="seed:fails:10")

    assert shape(rendered(replayed, ms(64), key="seed:fails:10")) == shape(later)


def test_command_on_a_task_not_touched_is_an_error():
    with pytest.raises(RecordGoneError):
        Stage().give(RecordKey("s", "steps", "1"), "pause")


# -- scenarios that are edited


def test_edited_scenario_plays_on_from_the_reading():
    stage = Stage(default="steps")
    stage.open()
    stage.clock.advance(3)
    stage.shelf.add(Scenario(name="steps", edition="v2", plays=(play(act("X", 2), act("Y", 3)),)))

    assert names(stage.data()) == ["", "X", "Y"]


def test_commands_that_an_edited_scenario_forbids_are_dropped():
    stage = Stage(default="fails")
    key = stage.open()
    stage.clock.advance(4)
    stage.give(key, "retry", "B")
    stage.shelf.add(Scenario(name="fails", edition="v2", plays=(play(act("B", 20)),)))

    record = stage.poll().record

    assert (record.log, record.dropped) == ((), ("retry B: the node is RUNNING, retry needs FAILED",))


# -- what is never answered


def test_expired_history_has_two_fields_or_no_answer_in_doc_2019():
    gone = Scenario(name="gone", plays=(play(act("A", 2), name="Old", expires=ms(9)),))
    modern, old = (Stage(default="gone", scenarios=(gone,), edition=edition) for edition in ("v2", "doc-2019"))
    for stage in (modern, old):
        assert stage.data()["state"] == "RUNNING"
        stage.clock.advance(9)

    assert modern.data() == {"state": "EXPIRED", "name": "Old"}
    assert old.poll().data is None


def test_unnamed_task_is_called_by_its_id():
    assert Stage(default="evens").data("42")["name"] == "42"


def test_scenarios_of_many_nodes_play():
    wide = Scenario(name="wide", edition="v2", plays=(play(parallel(*([act(f"N{n}", 1)] for n in range(300)))),))

    assert len(Stage(default="wide", mode="instant", scenarios=(wide, EVENS)).data()["children"]) == 304


# -- recorded answers and breaks

RECORDED = Scenario(
    name="recorded",
    plays=(play(frames=(Frame(at=0, body={"result": True, "data": {"state": "RUNNING"}}), Frame(at=5000, body={}))),),
)


def test_recorded_answers_are_given_whole_at_their_moments():
    stage = Stage(default="recorded", scenarios=(RECORDED,))
    first = stage.poll()
    stage.clock.advance(5)

    assert (first.data, first.whole) == (None, b'{"result":true,"data":{"state":"RUNNING"}}')
    assert stage.poll().whole == b"{}"


def test_recorded_answers_take_no_commands():
    stage = Stage(default="recorded", scenarios=(RECORDED,))

    with pytest.raises(CommandRefusedError, match="pause task: recorded answers take no commands"):
        stage.give(stage.open(), "pause")


def test_contract_break_is_made_in_the_answer_of_its_poll_alone():
    break_it = Fault(kind=FaultKind.BREAK, value={"node": "A", "drop": "state"}, bounds=Bounds(polls=(2,)))
    broken = Scenario(name="broken", edition="v2", plays=(play(act("A", 9), faults=(break_it,)),))
    stage = Stage(default="broken", scenarios=(broken,))

    fields = [list(stage.data()["children"].values())[-1].keys() for _ in range(3)]

    assert ["state" in found for found in fields] == [True, False, True]


def test_task_forgotten_while_it_is_polled_begins_anew():
    stage = Stage(default="steps")
    stage.poll()
    opened = stage.store.open

    def forgotten(key, make):
        record = opened(key, make)
        stage.store.forget("s")
        stage.store.open = opened
        return record

    stage.store.open = forgotten

    assert stage.poll().reading.poll == 1
