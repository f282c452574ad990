"""Random pipelines under random commands: every answer keeps its contract, every history its laws."""

import dataclasses
import functools
import json
import os
import subprocess
import sys

import pytest

from support.places import ROOT
from support.random_tasks import Life
from support.scenario_building import rendered
from support.task_replaying import digest, packed, readings
from taskmock.contracts import Contract
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS
from taskmock.mockserver.core.engine.history import history_of
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.scenarios import dump_scenario

pytestmark = pytest.mark.sweep

CHUNKS = 8
PER_CHUNK = 12

lives = pytest.mark.parametrize("edition", EDITIONS)
chunks = pytest.mark.parametrize("chunk", range(CHUNKS))


def each_life(chunk, edition):
    return (life_of(number, edition) for number in range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK))


@functools.cache
def life_of(number, edition):
    return Life(number, edition)


def whole(edition, data):
    return {"result": True, "data": data} | ({} if edition == "doc-2019" else {"code": 0, "message": ""})


def nodes_of(data):
    """All nodes of a document by their place, as ids from the top."""
    found, stack = {}, [((), data)]
    while stack:
        place, node = stack.pop()
        found[place] = node
        stack.extend(((*place, key), child) for key, child in node.get("children", {}).items())
    return found


@lives
@chunks
def test_every_answer_keeps_the_strict_contract(chunk, edition):
    contract = Contract(edition, strictness="strict")
    for life in each_life(chunk, edition):
        history = life.history(life.log)
        for moment in readings(history):
            report = contract.check_response(whole(edition, rendered(history, moment, edition)))

            # A life that is in a trap of the engine shows what only a trap explains.
            found = [violation for violation in report.violations if not violation.code.startswith("trap.")]
            assert found == [], (life.number, moment)


@lives
@chunks
def test_scripted_events_give_the_history_of_the_same_commands(chunk, edition):
    for life in each_life(chunk, edition):
        logged = life.history(life.log)

        scripted = life.scripted(life.log)

        assert scripted.changes == logged.changes, life.number
        assert scripted.given == tuple(life.log)
        assert scripted.refused == ()


@lives
@chunks
def test_triggered_events_give_the_history_of_the_same_commands(chunk, edition):
    for life in each_life(chunk, edition):
        triggered = history_of(life.graph, life.setting, life.triggers())

        assert triggered.changes == life.history(triggered.given).changes, life.number


@lives
@chunks
def test_refused_commands_change_nothing(chunk, edition):
    for life in each_life(chunk, edition):
        scripted = life.scripted(life.tried)

        assert scripted.changes == life.history(life.log).changes, life.number
        assert [str(error) for error in scripted.refused] == [text for _, text in life.refused]
        assert scripted.given == tuple(life.log)


@lives
@chunks
def test_course_of_a_node_is_what_trees_show(chunk, edition):
    for life in each_life(chunk, edition):
        history = life.history(life.log)
        trees = [(moment, history.tree_at(moment).states) for moment in history.moments]
        for index in range(len(life.graph.nodes)):
            shown = [(moment, states.get(index)) for moment, states in trees]
            changed = [now for before, now in zip([(0, None), *shown], shown, strict=False) if now[1] is not before[1]]

            assert list(history.states_of(index)) == changed, (life.number, index)


@lives
@chunks
def test_history_is_the_same_when_played_again(chunk, edition):
    for life in each_life(chunk, edition):
        again = history_of(life.graph, life.setting, (), life.log)

        assert again.changes == life.history(life.log).changes


@lives
def test_state_is_the_same_when_another_process_replays_the_log(edition):
    led = [life for chunk in range(CHUNKS) for life in each_life(chunk, edition)]
    texts = [dump_scenario(Scenario(name="life", plays=(life.script,))) for life in led]
    sent = [packed(text, edition, life.log) for text, life in zip(texts, led, strict=True)]

    replayed = subprocess.run(
        [sys.executable, "-m", "support.task_replaying"],
        cwd=ROOT / "tests",
        input=json.dumps(sent),
        env=os.environ | {"PYTHONHASHSEED": "4711"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert json.loads(replayed.stdout) == [digest(life.history(life.log), edition) for life in led]


@lives
@chunks
def test_ids_and_the_start_of_the_task_stay(chunk, edition):
    for life in each_life(chunk, edition):
        history = life.history(life.log)
        trees = [rendered(history, moment, edition) for moment in history.moments]
        begun = [tree for tree in trees if tree.get("start_time")]

        assert len({(tree["id"], tree["start_time"]) for tree in begun}) <= 1, life.number


@lives
@chunks
def test_children_only_grow_at_the_end_of_their_order(chunk, edition):
    for life in each_life(chunk, edition):
        if any(entry.command.verb == "rollback" for entry in life.log):
            continue
        # A node whose pause was appointed has its place from then on (engine 2), so it may come up in the middle.
        appointed = any(entry.command.verb == "pause" and entry.command.target != "task" for entry in life.log)
        history = life.history(life.log)
        before = {}
        for moment in history.moments:
            now = nodes_of(rendered(history, moment, edition))

            for place, node in before.items():
                old, new = list(node.get("children", ())), list(now[place].get("children", ()))
                shared = [key for key in new if key in old] if appointed else new[: len(old)]
                assert shared == old, (life.number, moment, place)
            before = now


@lives
@chunks
def test_nothing_stands_still_without_a_reason(chunk, edition):
    for life in each_life(chunk, edition):
        history = life.history(life.log)
        tree = history.tree_at(history.moments[-1] + 10_000_000)

        shown = tree.states.get(0)

        waiting = [row for index, row in tree.rows.items() if getattr(tree.graph.nodes[index].step, "waits", False)]
        assert shown in {"FINISHED", "FAILED", "SUSPENDED", "NODE_SUSPENDED", "BLOCKED", "REVOKED"} or any(
            row.state == "RUNNING" for row in waiting
        ), life.number


@lives
def test_commands_in_random_lives_are_of_every_kind(edition):
    given = {
        entry.command.verb.value for chunk in range(CHUNKS) for life in each_life(chunk, edition) for entry in life.log
    }

    expected = {"pause", "resume", "revoke", "retry", "skip", "forced_fail", "callback", "rollback"}
    assert given - {"skip_exg", "pause_subproc", "resume_subproc"} == expected - (
        set() if EDITIONS[edition].dialect.knows_rollback else {"rollback"}
    )


@lives
def test_illegal_command_in_a_log_is_an_error(edition):
    life = next(life for life in each_life(0, edition) if life.refused)
    entry, text = life.refused[0]
    earlier = [given for given in life.log if life.tried.index(given) < life.tried.index(entry)]

    with pytest.raises(CommandRefusedError) as caught:
        life.history([*earlier, dataclasses.replace(entry)])

    assert str(caught.value) == text
