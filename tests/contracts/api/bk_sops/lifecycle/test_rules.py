"""Each lifecycle rule on a step made for it: what breaks it, what does not, and what the finding says."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.growth import growth
from support.lifecycle_steps import CREATED, EXPIRED, answer, done, found, task
from support.properties import examples
from support.status_trees import NOW, node, node_id
from taskmock.contracts import Contract, Poll
from taskmock.contracts.api.bk_sops.lifecycle import RULES
from taskmock.schemas import EDITIONS

BREAKING = {
    "task.other": (task("RUNNING"), node(9, "RUNNING", 0, **{"root_id:": node_id(9)})),
    "task.terminal": (task("FINISHED", done(1), finish=2), task("RUNNING", done(1))),
    "task.unstarted": (task("RUNNING"), CREATED),
    "task.start": (task("RUNNING"), node(0, "RUNNING", 5)),
    "task.version": (task("RUNNING"), task("RUNNING", version=f"v{9:032x}")),
    "task.elapsed": (task("RUNNING", elapsed_time=NOW), task("RUNNING", elapsed_time=NOW - 5)),
    "task.grows": (task("REVOKED", done(1)), task("REVOKED", done(1), done(2))),
    "node.vanished": (task("RUNNING", done(1), done(2)), task("RUNNING", done(2))),
    "node.order": (task("RUNNING", done(1), done(2)), task("RUNNING", done(2), done(1))),
    "node.finished": (task("RUNNING", done(1)), task("RUNNING", node(1, "RUNNING", 1))),
    "node.failed": (task("FAILED", node(1, "FAILED", 1, 2)), task("RUNNING", node(1, "RUNNING", 1))),
    "node.revoked": (task("RUNNING", node(1, "REVOKED", 1, 2)), task("RUNNING", node(1, "FINISHED", 1, 2))),
    "node.skip": (task("RUNNING", done(1, skip=True)), task("RUNNING", done(1))),
    "loop.fell": (task("RUNNING", done(1, loop=3)), task("RUNNING", done(1, loop=2))),
    "retry.fell": (task("RUNNING", done(1, retry=2)), task("RUNNING", done(1, retry=1))),
    "version.kept": (
        task("FAILED", node(1, "FAILED", 1, 2)),
        task("RUNNING", node(1, "RUNNING", 3, retry=1)),
    ),
    "version.changed": (
        task("RUNNING", node(1, "RUNNING", 1), done(2)),
        task("RUNNING", node(1, "RUNNING", 0, version=f"v{9:032x}"), done(2)),
    ),
    "node.start": (task("RUNNING", node(1, "RUNNING", 1)), task("RUNNING", node(1, "RUNNING", 3))),
    "node.rerun": (
        task("RUNNING", node(1, "RUNNING", 5)),
        task("RUNNING", node(1, "RUNNING", 2, retry=1, version=f"v{9:032x}")),
    ),
    "node.finish": (task("RUNNING", done(1)), task("RUNNING", node(1, "FINISHED", 1, 9))),
    "trap.failed-goes-on": (task("FAILED", node(1, "FAILED", 1, 2)), task("RUNNING", node(1, "READY", 1, 2))),
    "name.changed": (task("RUNNING", done(1)), task("RUNNING", done(1, name="Another"))),
}

ALSO = {
    "task.terminal": ("node.finish",),
    "task.unstarted": ("history.backwards",),
    "task.elapsed": ("history.backwards",),
    "node.vanished": ("history.backwards",),
    "node.finished": ("history.backwards", "node.finish"),
    "node.failed": ("history.backwards", "node.finish"),
    "loop.fell": ("version.kept",),
    "retry.fell": ("version.kept",),
}
"""What else is found in a step, since it breaks more than one promise."""


def test_every_rule_has_a_step_that_breaks_it():
    assert {rule.code for rule in RULES} == BREAKING.keys()


@pytest.mark.parametrize("code", BREAKING)
def test_step_breaks_its_rule_and_no_other_than_follows_from_it(code):
    assert {line.partition(" ")[0] for line in found(*BREAKING[code])} == {code, *ALSO.get(code, ())}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_quotes_the_sentence_that_it_enforces(rule):
    assert rule.source == " ".join(inspect.getdoc(rule.findings).split())
    assert rule.source.endswith(".")
    assert set(rule.applies_to) <= set(EDITIONS)


WITHOUT_CHILDREN = {key: value for key, value in CREATED.items() if key != "children"}

LEGAL = {
    "a task that fails and goes on": (task("FAILED", node(1, "FAILED", 1, 2)), task("FAILED", node(1, "FAILED", 1, 2))),
    "a retry": (
        task("FAILED", node(1, "FAILED", 1, 2)),
        task("RUNNING", node(1, "READY", None, retry=1, version=f"v{9:032x}")),
    ),
    "a skip": (
        task("FAILED", node(1, "FAILED", 1, 2)),
        task("RUNNING", node(1, "FINISHED", 1, 9, skip=True, version=f"v{9:032x}")),
    ),
    "a forced fail": (
        task("RUNNING", node(1, "RUNNING", 1)),
        task("FAILED", node(1, "FAILED", 1, 9, version=f"v{9:032x}")),
    ),
    "a further pass": (
        task("RUNNING", done(1, retry=2)),
        task("RUNNING", node(1, "RUNNING", 3, 2, loop=2, version=f"v{9:032x}", elapsed_time=-1)),
    ),
    "a loop over its limit": (
        task("RUNNING", done(1, loop=10)),
        task("FAILED", node(1, "FAILED", 1, 9, loop=10)),
    ),
    "a place that an appointed pause has kept": (
        task("RUNNING", done(1), done(2)),
        task("NODE_SUSPENDED", done(1), node(3, "SUSPENDED", None), done(2)),
    ),
    "a loop that begins anew after a failure (engine 2.11)": (
        task("FAILED", node(1, "FAILED", 1, 2)),
        task("RUNNING", node(1, "LOOP_READY", None, version=f"v{9:032x}")),
        task("RUNNING", node(1, "RUNNING", 3, loop=2, version=f"v{9:032x}")),
        task("RUNNING", node(1, "RUNNING", 5, 4, loop=3, version=f"v{10:032x}")),
    ),
    "a retry in a further pass": (
        task("FAILED", node(1, "FAILED", 1, 2, retry=3)),
        task("RUNNING", node(1, "RUNNING", 9, 5, loop=2, retry=1, version=f"v{9:032x}")),
    ),
    "a revoke while a leaf runs": (
        task("RUNNING", node(1, "RUNNING", 1)),
        task("REVOKED", node(1, "RUNNING", 1)),
        task("REVOKED", node(1, "FAILED", 1, 9)),
    ),
    "an answer without children after a batch query": (CREATED, WITHOUT_CHILDREN, CREATED, task("RUNNING")),
    "the cleaning of the history of a task that failed": (task("FAILED", node(1, "FAILED", 1, 2)), EXPIRED, EXPIRED),
    "the cleaning of the history": (task("FINISHED", done(1), finish=2), EXPIRED),
    "a start": (CREATED, task("RUNNING")),
}


@pytest.mark.parametrize("situation", LEGAL)
def test_step_is_legal(situation):
    assert found(*LEGAL[situation]) == []


def test_answers_of_another_task_are_not_compared_with_the_first_ones_end():
    ended, other = task("FINISHED", done(1), finish=2), node(9, "RUNNING", 0, **{"root_id:": node_id(9)})

    assert found(ended, other) == [
        'task.other at /id: the answer is of another task (poll 2, after poll 1) ("#0")',
    ]


def test_finding_names_rule_node_and_polls():
    polls = [Poll(answer(task("RUNNING", done(1, retry=retry)))) for retry in (2, 2, 1)]

    report = Contract("v2").check_history(polls)

    (fell,) = [found for found in report.violations if found.code == "retry.fell"]
    assert fell.message == "retry fell from 2 to 1 (poll 3, after poll 2)"
    assert (fell.path, fell.pointer) == ("Step 1", f"/data/children/{node_id(1)}/retry")
    assert (fell.expected, fell.value) == ("2 or more", "1")


def test_subtree_that_was_asked_for_is_compared_with_its_place_in_the_task():
    whole = task("RUNNING", node(1, "RUNNING", 1, None, done(2, retry=1)))
    subtree = {**node(1, "RUNNING", 1, None, done(2), name="Release"), "parent_id": node_id(0)}

    codes = [line.partition(" ")[0] for line in found(whole, subtree, whole)]

    assert codes == ["retry.fell", "version.kept", "version.kept"]


def test_failed_answers_and_unreadable_ones_are_judged_by_themselves():
    polls = [
        Poll(answer(task("RUNNING", done(1)))),
        Poll({"result": False, "message": "busy", "code": 3599999}),
        Poll(b"<html>502</html>"),
        Poll(answer(task("RUNNING", done(1), done(2)))),
    ]

    report = Contract("v2").check_history(polls)

    assert [(found.code, found.message) for found in report.violations] == [
        ("body.html", "the body is HTML or XML, not JSON (poll 3)")
    ]
    assert (report.subject, report.nodes) == ("history", 5)


def test_history_without_any_answer_passes():
    report = Contract().check_history([])

    assert (report.ok, report.nodes, report.edition) == (True, 0, "auto")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "FAILED", "FINISHED", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["n1", "id"]), inner, max_size=2),
    max_leaves=4,
)
CHANGES = st.dictionaries(st.sampled_from([*node(0, "RUNNING")]), JSON, max_size=5)


@examples(150)
@given(st.sampled_from(["auto", *EDITIONS]), st.lists(st.tuples(CHANGES, CHANGES), min_size=2, max_size=4))
def test_rules_survive_any_value(edition, changes):
    polls = []
    for top, inner in changes:
        leaf = {**node(1, "FINISHED", 1, 2), **inner}
        polls.append(Poll({"result": True, "data": {**task("RUNNING"), "children": {node_id(1): leaf}, **top}}))

    report = Contract(edition).check_history(polls)

    assert report.subject == "history"


def test_rules_survive_numbers_too_long_to_print():
    huge = 10**5000

    lines = found(
        task("RUNNING", done(1, loop=huge, retry=huge), elapsed_time=huge),
        task("RUNNING", done(1, loop=-huge, retry=-huge), elapsed_time=-huge),
    )

    assert any(line.startswith("loop.fell") for line in lines)


def test_rules_take_time_in_proportion_to_the_nodes():
    def judge(nodes):
        polls = [
            Poll(answer(task("RUNNING", *map(done, range(1, nodes + 1)), elapsed_time=n)), n) for n in range(100, 110)
        ]
        return lambda: Contract("v2").check_history(polls)

    assert judge(250)().ok
    assert growth(judge(250), judge(1000), runs=3) < 12  # four times in proportion, 16 where it grows with the square
