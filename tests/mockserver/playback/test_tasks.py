"""Tasks that play: sessions apart, node ids, commands, edits, recorded answers."""

import dataclasses

import hypothesis.strategies as st
import pytest
from hypothesis import given as drawn

from support.properties import examples
from support.scenario_building import act, given, history, ms, parallel, play, rendered, sub
from support.scenario_playing import EVENS, FAILS, STEPS, Stage, Wall, shape
from taskmock.mockserver.core.command import Command, Entry, Verb
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.graph import AddressError
from taskmock.mockserver.core.scenario import Frame, Scenario
from taskmock.mockserver.playback.poll import UnknownNodeError
from taskmock.mockserver.playback.record import Dormant, RecordKey
from taskmock.mockserver.playback.store import RecordGoneError


def names(data):
    """The names of the nodes directly below the task."""
    return [child["name"] for child in data["children"].values()]


# -- sessions


def test_sessions_have_tasks_of_their_own():
    stage = Stage(default="fails")
    mine, theirs = stage.open(session="a"), stage.open(session="b")
    stage.clock.advance(5)

    stage.give(mine, "skip", "B")

    assert stage.data(session="a")["state"] == "FINISHED"
    assert stage.data(session="b")["state"] == "FAILED"
    assert (stage.playback.record(mine).time.polls, stage.playback.record(theirs).time.polls) == (1, 1)


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


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_node_id_is_no_task_id_where_servers_answer(edition):
    stage = Stage(default="steps", edition=edition)
    node = stage.data()["id"]

    with pytest.raises(UnknownNodeError):
        stage.poll("x", node_id=node)


def test_poll_of_a_node_is_a_poll_of_its_task():
    stage = Stage(mode="polls", default="steps", edition="doc-2019")
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
    stage = Stage(default="steps", edition="doc-2019")
    node = stage.data()["id"]
    stage.catalog.remove("steps")

    with pytest.raises(UnknownNodeError):
        stage.poll("x", node_id=node)


def test_node_that_no_task_of_the_session_has_is_unknown():
    stage = Stage(default="steps", edition="doc-2019")
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
    stage.catalog.add(Scenario(name="steps", edition="v2", plays=(play(act("X", 2), act("Y", 3)),)))

    assert names(stage.data()) == ["", "X", "Y"]


def test_commands_that_an_edited_scenario_forbids_are_dropped():
    stage = Stage(default="fails")
    key = stage.open()
    stage.clock.advance(4)
    stage.give(key, "retry", "B")
    stage.catalog.add(Scenario(name="fails", edition="v2", plays=(play(act("B", 20)),)))

    record = stage.poll().record

    (dropped,) = (asleep.why for asleep in record.dormant)
    assert record.log == ()
    assert (dropped[:9], dropped[41:]) == ("retry B: ", " state is not FAILED, actual RUNNING")


def test_dormant_command_counts_again_in_its_place_once_an_edit_allows_it():
    stage = Stage(default="fails")
    key = stage.open()
    before = stage.catalog.scenario("fails")
    stage.clock.advance(1)
    stage.give(key, "pause", "B")
    stage.clock.advance(3)
    stage.give(key, "resume", "B")
    stage.clock.advance(2)
    stage.give(key, "retry", "B")
    commands, shown = stage.poll().record.log, stage.data()

    stage.catalog.add(Scenario(name="fails", edition="v2", plays=(play(act("A", 2), act("C", 20)),)))
    asleep = stage.poll().record
    stage.catalog.add(before)
    awake = stage.poll().record

    assert (asleep.log, len(asleep.dormant)) == ((), 3)
    assert (awake.log, awake.dormant) == (commands, ())
    assert stage.data() == shown


@examples(60)
@drawn(st.lists(st.booleans(), max_size=8))
def test_commands_stand_in_the_order_in_which_they_were_given(allowed):
    record = Stage().playback.open(Stage().asked())
    entries = [Entry(at=number, command=Command(verb=Verb.PAUSE, target=str(number))) for number in range(len(allowed))]
    for entry, awake in zip(entries, allowed, strict=True):
        if awake:
            record = dataclasses.replace(record, log=(*record.log, entry))
        else:
            asleep = Dormant(entry=entry, behind=len(record.log), why="")
            record = dataclasses.replace(record, dormant=(*record.dormant, asleep))

    assert record.commands == tuple(entries)
    assert record.until(3).commands == tuple(entries[:4])


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


class Edited:
    """A catalog whose scenario is edited behind the first `looks` look-ups."""

    def __init__(self, looks, before, after):
        self.left = [before] * looks
        self.after = after

    def __contains__(self, name):
        return True

    def scenario(self, name, held=()):
        """The scenario, as it is at this look-up."""
        return self.left.pop() if self.left else self.after


@pytest.mark.parametrize("looks", range(1, 5))
def test_edit_in_the_middle_of_a_poll_fails_no_poll(looks):
    stage = Stage(default="fails", scenarios=(FAILS,))
    key = stage.open()
    stage.clock.set(4)
    stage.give(key, "retry", "B")
    stage.playback.catalog = Edited(looks, FAILS, dataclasses.replace(STEPS, name="fails"))

    polls = [stage.poll().record for _ in range(5)]

    assert [len(record.log) for record in polls] == sorted((len(record.log) for record in polls), reverse=True)
    assert (polls[-1].log, len(polls[-1].dormant)) == ((), 1)
