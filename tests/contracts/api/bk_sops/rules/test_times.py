"""Times: real, in order, inside the parent's, present or absent as the state demands."""

import pytest

from support.status_trees import at, converted, found, node

OPEN_ROOTS = ["RUNNING", "SUSPENDED", "REVOKED", "ROLLING_BACK"]


def v1(tree):
    return converted(tree, "v1")


UNREAL = """
2026-02-30 10:00:00 +0800
2025-02-29 10:00:00 +0800
2026-04-31 10:00:00 +0800
0000-01-01 10:00:00 +0800
2026-03-02 25:00:00 +0800
2026-03-02 10:61:00 +0800
2026-03-02 10:00:00 +9900
2026-03-02 10:00:00 +0870
"""


@pytest.mark.parametrize("text", UNREAL.split("\n")[1:-1])
def test_time_in_no_calendar_is_found(text):
    data = node(0, "RUNNING", 0, None, node(1, "RUNNING", 0, start_time=text))
    assert found(data) == [
        "times.calendar at /data/children/#1/start_time: start_time is in no calendar (a real date and time)"
    ]


def test_leap_day_passes():
    data = node(0, "RUNNING", 0, start_time="2024-02-29 10:00:00 +0800")
    assert found(data) == []


def test_refresh_time_in_no_calendar_is_found():
    data = {**v1(node(0, "RUNNING")), "state_refresh_at": "2026-02-30T10:00:00.000Z"}
    assert found(data, "v1") == [
        "times.calendar at /data/state_refresh_at: state_refresh_at is in no calendar (a real date and time)"
    ]


def test_finish_before_start_is_found():
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 9, 8, elapsed_time=0))
    assert found(data) == [
        (
            "times.order at /data/children/#1/finish_time: finish_time is before start_time"
            ' ("2026-03-02 10:00:09 +0800" or later)'
        )
    ]


def test_times_of_different_offsets_compare():
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 9, 10, finish_time="2026-03-02 02:00:10 +0000"))
    assert found(data) == []


def test_further_pass_keeps_the_earlier_finish():
    data = node(0, "RUNNING", 0, None, node(1, "RUNNING", 9, 7, loop=2))
    assert found(data) == []


def test_first_pass_has_no_earlier_finish():
    data = node(0, "RUNNING", 0, None, node(1, "RUNNING", 9, 7))
    assert [line.split(":")[0] for line in found(data)] == [
        "times.order at /data/children/#1/finish_time",
        "times.unexpected at /data/children/#1/finish_time",
        "elapsed.negative at /data/children/#1/elapsed_time",
    ]


def test_further_pass_with_a_finish_of_its_own_is_found():
    data = node(0, "RUNNING", 0, None, node(1, "RUNNING", 9, 11, loop=2))
    assert found(data) == ["times.unexpected at /data/children/#1/finish_time: a RUNNING node has a finish_time (null)"]


def test_subprocess_that_loops_keeps_its_earlier_times_above_its_children():
    left = node(2, "FINISHED", 1, 3)
    again = node(3, "FAILED", 6, 8)
    inner = node(1, "FAILED", 5, 4, left, again, loop=2)
    assert found(node(0, "FAILED", 0, None, inner)) == []


def test_child_starting_before_its_parent_is_found():
    data = node(0, "RUNNING", 5, None, node(1, "FINISHED", 4, 6))
    assert found(data) == [
        (
            "times.child-start at /data/children/#1/start_time: the node started before its parent"
            ' ("2026-03-02 10:00:05 +0800" or later)'
        )
    ]


def test_child_finishing_after_its_parent_is_found():
    data = node(0, "FINISHED", 0, 5, node(1, "FINISHED", 4, 6))
    assert found(data) == [
        (
            "times.child-finish at /data/children/#1/finish_time: the node finished after its parent"
            ' ("2026-03-02 10:00:05 +0800" or earlier)'
        )
    ]


def test_leaf_finishing_after_a_v1_task_was_revoked_passes():
    assert found(v1(node(0, "REVOKED", 0, 5, node(1, "FINISHED", 4, 6))), "v1") == []


@pytest.mark.parametrize("state", ["FINISHED", "FAILED"])
@pytest.mark.parametrize("field", ["start_time", "finish_time"])
@pytest.mark.parametrize(("edition", "absent"), [("doc-2019", ""), ("v1", None), ("v2", None)])
def test_ended_leaf_without_a_time_is_found(edition, absent, field, state):
    above = "RUNNING" if state == "FINISHED" else "FAILED"
    leaf = node(1, state, 1, 2, elapsed_time=0, **{field: absent})
    data = node(0, above, 0, None, leaf)
    data = data if edition == "v2" else converted(data, edition)
    assert (
        found(data, edition)[0] == f"times.missing at /data/children/#1/{field}: a {state} node has no {field} (a time)"
    )


def test_blocked_subprocess_of_v1_without_name_or_children_has_no_finish():
    leaf = node(1, "FAILED", 1, None, name="<class 'pipeline.core.flow.activity.SubProcess'>")
    assert found(v1(node(0, "FAILED", 0, None, leaf)), "v1") == []


@pytest.mark.parametrize("state", ["RUNNING", "NODE_SUSPENDED", "SUSPENDED"])
def test_started_parent_without_start_is_found(state):
    below = node(
        1, "SUSPENDED" if state == "NODE_SUSPENDED" else "FINISHED", 1, 2 if state != "NODE_SUSPENDED" else None
    )
    above = "RUNNING" if state == "RUNNING" else "NODE_SUSPENDED"
    inner = node(2, state, None, None, below)
    assert found(node(0, above, 0, None, inner)) == [
        f"times.missing at /data/children/#2/start_time: a {state} node has no start_time (a time)"
    ]


@pytest.mark.parametrize("state", OPEN_ROOTS)
def test_task_without_start_is_found(state):
    assert found(node(0, state, None)) == [
        f"times.missing at /data/start_time: a {state} node has no start_time (a time)"
    ]


@pytest.mark.parametrize("state", OPEN_ROOTS)
def test_task_that_goes_on_with_a_finish_is_found(state):
    assert found(node(0, state, 0, 9)) == [
        f"times.unexpected at /data/finish_time: a {state} node has a finish_time (null)"
    ]


def test_failed_parent_with_a_finish_is_found():
    assert found(node(0, "FAILED", 0, 9, node(1, "FAILED", 1, 2))) == [
        "times.unexpected at /data/finish_time: a FAILED node has a finish_time (null)"
    ]


@pytest.mark.parametrize("state", ["READY", "LOOP_READY"])
def test_v2_node_about_to_run_has_neither_time(state):
    data = node(0, "RUNNING", 0, None, node(1, state, 5, 16, elapsed_time=0 if state == "READY" else 11))
    assert [one for one in found(data) if one.startswith("times.")] == [
        f"times.unexpected at /data/children/#1/start_time: a {state} node has a start_time (null)",
        f"times.unexpected at /data/children/#1/finish_time: a {state} node has a finish_time (null)",
    ]


def test_v1_task_about_to_go_on_has_a_start():
    assert found(v1(node(0, "READY", 0, None, node(1, "READY", None))), "v1") == []
    assert found(v1(node(0, "READY", None)), "v1") == [
        "times.missing at /data/start_time: a READY node has no start_time (a time)"
    ]


def test_v1_leaf_about_to_run_with_a_start_is_found():
    assert found(v1(node(0, "READY", 0, None, node(1, "READY", 5))), "v1") == [
        "times.unexpected at /data/children/#1/start_time: a READY node has a start_time (null)"
    ]


def test_v1_subtree_about_to_go_on_may_have_a_start_or_none():
    for start in (None, 5):
        assert found(v1(node(1, "READY", start)), "v1") == []


@pytest.mark.parametrize("start", [None, 5])
def test_suspended_leaf_is_an_appointed_node_or_a_paused_subprocess(start):
    assert found(node(0, "NODE_SUSPENDED", 0, None, node(1, "SUSPENDED", start))) == []


def test_suspended_leaf_with_a_finish_is_found():
    assert found(node(0, "NODE_SUSPENDED", 0, None, node(1, "SUSPENDED", 5, 6))) == [
        "times.unexpected at /data/children/#1/finish_time: a SUSPENDED node has a finish_time (null)"
    ]


def test_v1_revoked_task_has_both_times():
    assert found(v1(node(0, "REVOKED", 0, 5)), "v1") == []
    assert found(v1(node(0, "REVOKED", 0)), "v1") == [
        "times.missing at /data/finish_time: a REVOKED node has no finish_time (a time)"
    ]


def test_created_node_of_the_document_with_a_time_is_found():
    data = converted(node(0, "CREATED", None), "doc-2019")
    assert found({**data, "start_time": at(5)}, "doc-2019") == [
        'times.unexpected at /data/start_time: a CREATED node has a start_time ("")'
    ]


@pytest.mark.parametrize("state", ["ROLL_BACK_SUCCESS", "ROLL_BACK_FAILED", "ROLLING_BACK", "REVOKED"])
def test_node_in_a_state_of_which_little_is_known_may_have_any_times(state):
    above = "REVOKED" if state == "REVOKED" else "ROLLING_BACK"
    for start, finish in ((None, None), (1, None), (1, 2)):
        assert found(node(0, above, 0, None, node(1, state, start, finish))) == []
