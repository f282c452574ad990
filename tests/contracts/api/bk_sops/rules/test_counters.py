"""What was done about a failure: skipped, or ignored."""

import pytest

from support.status_trees import converted, found, node

IGNORED = {"error_ignorable": True, "error_ignored": True}


def below(leaf, state="RUNNING"):
    return node(0, state, 0, None, leaf)


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_skipped_node_is_finished(edition):
    data = below(node(1, "FINISHED", 2, 2, skip=True))
    assert found(data if edition == "v2" else converted(data, edition), edition) == []


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
@pytest.mark.parametrize("state", ["RUNNING", "FAILED"])
def test_skip_on_an_unfinished_node_is_found(edition, state):
    data = below(node(1, state, 1, 2 if state == "FAILED" else None, skip=True), state)
    assert found(data if edition == "v2" else converted(data, edition), edition) == [
        f"skip.state at /data/children/#1/skip: a {state} node is marked as skipped (false)"
    ]


def test_skipped_node_keeps_its_mark_when_rolled_back():
    assert found(below(node(1, "ROLL_BACK_SUCCESS", 1, 2, skip=True, **IGNORED, loop=2), "ROLLING_BACK")) == []


def test_skipped_node_keeps_its_mark_at_the_rerun_limit():
    assert found(below(node(1, "FAILED", 1, 2, skip=True, loop=101), "FAILED")) == []


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_ignored_error_is_finished(edition):
    data = below(node(1, "FINISHED", 1, 2, **IGNORED))
    assert found(data if edition == "v2" else converted(data, edition), edition) == []


def test_ignored_error_on_an_unfinished_node_is_found():
    assert found(below(node(1, "FAILED", 1, 2, **IGNORED), "FAILED")) == [
        "error-ignored.state at /data/children/#1/error_ignored: a FAILED node has an ignored error (false)"
    ]


def test_ignored_error_on_a_skipped_node_is_found():
    assert found(below(node(1, "FINISHED", 1, 2, skip=True, **IGNORED))) == [
        "error-ignored.skip at /data/children/#1/skip: a node whose error was ignored is marked as skipped (false)"
    ]


def test_ignored_error_that_is_not_ignorable_is_found():
    assert found(below(node(1, "FINISHED", 1, 2, error_ignored=True))) == [
        (
            "error-ignored.ignorable at /data/children/#1/error_ignorable:"
            " an error was ignored on a node whose errors are not ignorable (true)"
        )
    ]


def test_marks_of_the_task_are_the_last_rows_and_not_judged():
    assert found(node(0, "RUNNING", 0, None, error_ignored=True)) == []


def test_mark_of_an_earlier_pass_is_not_judged():
    assert found(converted(below(node(1, "RUNNING", 1, loop=2, **IGNORED)), "v1"), "v1") == []


def test_node_skipped_by_engine_1_has_one_moment():
    data = below(node(1, "FINISHED", 2, 2, skip=True))
    assert found(converted(data, "v1"), "v1") == []


def test_node_skipped_by_engine_1_with_an_earlier_start_is_found():
    data = below(node(1, "FINISHED", 1, 2, skip=True))
    assert found(converted(data, "v1"), "v1") == [
        (
            "skip.moment at /data/children/#1/start_time: a skipped node started before it was skipped"
            ' ("2026-03-02 10:00:02 +0800")'
        )
    ]
