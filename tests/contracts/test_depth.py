"""Trees of any depth and faults of any number are judged in bounded stack, time and text."""

import threading

import pytest

from taskmock.contracts import Contract

pytestmark = pytest.mark.sweep

LEVELS = 20_000


def node(number, parent, children):
    """A RUNNING node of edition v2."""
    return {
        "id": f"n{number:031x}",
        "state": "RUNNING",
        "root_id:": f"n{0:031x}",
        "parent_id": f"n{parent:031x}",
        "version": "v" + "0" * 32,
        "loop": 1,
        "retry": 0,
        "skip": False,
        "error_ignorable": False,
        "error_ignored": False,
        "children": {child["id"]: child for child in children},
        "elapsed_time": 6,
        "start_time": "2026-03-02 09:31:46 +0800",
        "finish_time": None,
        "name": f"Node {number}",
    }


def chain(levels, **changes):
    """A task with one node a level, every node changed alike."""
    value = {**node(levels, levels - 1, []), **changes}
    for number in range(levels - 1, -1, -1):
        value = {**node(number, max(number - 1, 0), [value]), **changes}
    return {"result": True, "data": value}


def in_small_thread(work):
    """What `work` returns in a thread with a stack of 512 kB."""
    results = []
    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=lambda: results.append(work()))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    return results[0]


def test_objects_20_000_levels_deep_are_judged_in_a_small_thread():
    body = chain(LEVELS)

    report = in_small_thread(lambda: Contract("v2", strictness="strict").check_response(body))

    assert str(report) == ("PASS response: no findings in 20,001 nodes\n  edition v2 (as asked for), strictness strict")


def test_faults_20_000_levels_deep_are_reported_in_a_small_thread():
    body = chain(LEVELS, retry=-1)

    report = in_small_thread(lambda: Contract("v2").check_response(body))
    lines = str(report).splitlines()

    assert not report.ok
    assert not report.complete
    assert lines[-1] == "  ... judging stopped here: there is more than a report can hold"
    assert len(lines) < 200
    assert max(map(len, lines)) < 600


def test_a_deep_value_outside_the_tree_reaches_no_engine():
    value = {}
    for _ in range(LEVELS):
        value = {"k": [value]}
    body = chain(1)
    body["data"]["ex_data"] = {body["data"]["id"]: value}
    body["data"]["name"] = value
    body["code"] = value

    report = in_small_thread(lambda: Contract("v2").check_response(body))

    assert {violation.code for violation in report.violations} >= {"field.type", "envelope.type"}


def test_10_000_faulty_nodes_give_a_short_grouped_report():
    children = [{**node(number, 0, []), "retry": -1, "state": "DONE"} for number in range(1, 10_001)]
    body = {"result": True, "data": node(0, 0, children)}

    report = Contract("v2").check_response(body)
    text = str(report)

    assert report.nodes == 10_001
    assert {group.code: group.total for group in report.groups if group.code[:5] in {"field", "state"}} == {
        "field.range": 10_000,
        "state.unknown": 10_000,
    }
    assert len(report.violations) <= 1_000 * len(report.groups)
    assert "    ... and 9,990 more" in text
    assert len(text.splitlines()) < 200


@pytest.mark.parametrize("levels", [1, 150, 390])
def test_text_below_the_safe_depth_is_judged_in_a_small_thread(levels):
    import json

    text = json.dumps(chain(levels))

    report = in_small_thread(lambda: Contract().check_response(text))

    assert report.ok
    assert report.nodes == levels + 1
