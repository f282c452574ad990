"""elapsed_time agrees with the times, and with one moment of reading."""

import math

import pytest

from support.status_trees import NOW, converted, found, node


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_elapsed_rounded_differently_passes(off):
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 3, 8, elapsed_time=5 + off))
    assert found(data) == []


@pytest.mark.parametrize("off", [-2, 2, 10**400])
@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_elapsed_other_than_the_difference_is_found(edition, off):
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 3, 8, elapsed_time=5 + off))
    assert found(data if edition == "v2" else converted(data, edition), edition) == [
        (
            "elapsed.difference at /data/children/#1/elapsed_time: elapsed_time is not finish_time - start_time"
            " (5, 1 more or less)"
        )
    ]


def test_elapsed_of_a_node_that_has_not_started_is_found():
    data = node(0, "RUNNING", 0, None, node(1, "READY", None, None, elapsed_time=3))
    assert found(data) == [
        "elapsed.not-started at /data/children/#1/elapsed_time: a node that has not started has an elapsed_time (0)"
    ]


def test_negative_elapsed_of_a_node_that_goes_on_is_found():
    data = node(0, "RUNNING", 0, None, elapsed_time=-1)
    assert found(data)[0] == "elapsed.negative at /data/elapsed_time: elapsed_time is negative (0 or more)"


def test_negative_elapsed_with_the_finish_of_an_earlier_pass_passes():
    data = node(0, "RUNNING", 0, None, node(1, "RUNNING", 9, 6, loop=2))
    assert data["children"][next(iter(data["children"]))]["elapsed_time"] == -3
    assert found(data) == []


@pytest.mark.parametrize("off", [-2, 2])
def test_open_nodes_may_differ_a_little_on_now(off):
    data = node(0, "RUNNING", 0, None, node(1, "RUNNING", 9, None, elapsed_time=NOW - 9 + off))
    assert found(data) == []


def test_open_node_that_disagrees_with_the_others_on_now_is_found():
    inner = node(1, "RUNNING", 5, None, node(2, "RUNNING", 9, elapsed_time=3))
    assert found(node(0, "RUNNING", 0, None, inner)) == [
        (
            "elapsed.now at /data/children/#1/children/#2/elapsed_time: elapsed_time disagrees with the other nodes"
            " without finish_time on the moment of reading (91, 2 more or less)"
        )
    ]


@pytest.mark.parametrize("state", ["REVOKED", "SUSPENDED", "ROLLING_BACK"])
def test_elapsed_of_a_held_task_goes_on(state):
    assert found(node(0, state, 0, None, node(1, "RUNNING", 9))) == []
    assert found(node(0, state, 0, None, node(1, "RUNNING", 9), elapsed_time=NOW + 50))[0].startswith("elapsed.now at")


def test_node_starting_after_the_moment_of_reading_is_found():
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", NOW + 3, NOW + 3))
    assert found(data) == [
        (
            "times.future at /data/children/#1/start_time: start_time is 3 s after the moment of reading"
            " (a time that has passed)"
        ),
        (
            "times.future at /data/children/#1/finish_time: finish_time is 3 s after the moment of reading"
            " (a time that has passed)"
        ),
    ]


def test_node_finishing_at_the_moment_of_reading_passes():
    assert found(node(0, "RUNNING", 0, None, node(1, "FINISHED", 9, NOW + 2))) == []


def test_float_elapsed_of_early_servers_agrees_too():
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 3, 8, elapsed_time=5.7), elapsed_time=NOW + 0.4)
    assert found(data) == []


@pytest.mark.parametrize("elapsed", [math.nan, math.inf, -math.inf, True, "5", None, [], {}])
def test_elapsed_that_is_no_number_is_left_to_the_structure(elapsed):
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 3, 8, elapsed_time=elapsed), elapsed_time=elapsed)
    assert found(data) == []
