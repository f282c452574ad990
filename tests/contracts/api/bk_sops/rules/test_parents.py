"""A parent's state follows its children, in each engine generation's own way."""

import pytest

from support.status_trees import converted, found, node, node_id, seed

OPEN = {"RUNNING", "SUSPENDED", "NODE_SUSPENDED", "BLOCKED"}


def leaf(number, state):
    if state == "READY":
        return node(number, state, None)
    return node(number, state, 0, None if state in OPEN else 1)


def over(state, *children, **fields):
    leaves = [leaf(number, child) for number, child in enumerate(children, 1)]
    return node(0, state, 0, 50 if state == "FINISHED" else None, *leaves, **fields)


def states_found(state, *children, edition):
    data = over(state, *children)
    return found(data if edition == "v2" else converted(data, edition), edition)


V2_SOUND = [
    ("RUNNING",),
    ("RUNNING", "FINISHED"),
    ("RUNNING", "FINISHED", "READY"),
    ("FAILED", "FINISHED", "FAILED", "RUNNING"),
    ("NODE_SUSPENDED", "FINISHED", "SUSPENDED", "RUNNING"),
    ("SUSPENDED", "FAILED", "RUNNING"),
    ("REVOKED", "FAILED", "RUNNING"),
    ("ROLLING_BACK", "FAILED", "FINISHED"),
    ("FINISHED", "FINISHED"),
]

V1_SOUND = [
    ("RUNNING",),
    ("RUNNING", "FINISHED"),
    ("RUNNING", "FINISHED", "FAILED", "RUNNING"),
    ("RUNNING", "FAILED", "READY"),
    ("RUNNING", "FAILED", "SUSPENDED"),
    ("FAILED", "FINISHED", "FAILED"),
    ("FAILED", "FAILED", "SUSPENDED"),
    ("NODE_SUSPENDED", "FINISHED", "SUSPENDED"),
    ("BLOCKED", "FINISHED"),
    ("READY", "FAILED", "READY"),
    ("SUSPENDED", "FAILED", "RUNNING"),
    ("FINISHED", "FINISHED"),
]


@pytest.mark.parametrize("states", V2_SOUND)
def test_v2_parent_that_follows_its_children_passes(states):
    assert states_found(*states, edition="v2") == []


@pytest.mark.parametrize("states", V1_SOUND)
def test_v1_parent_that_follows_its_children_passes(states):
    assert states_found(*states, edition="v1") == []


@pytest.mark.parametrize("child", ["FAILED", "SUSPENDED", "NODE_SUSPENDED"])
def test_v2_running_parent_over_stopped_child_is_found(child):
    lines = states_found("RUNNING", "FINISHED", child, "RUNNING", edition="v2")
    message = f'a RUNNING node has the {child} child "Step 2"'
    assert lines[0] == f"parent.running at /data/state: {message} (no FAILED, NODE_SUSPENDED or SUSPENDED child)"


@pytest.mark.parametrize("edition", ["doc-2019", "v1"])
def test_v1_running_parent_that_stood_still_since_a_failure_is_found(edition):
    assert states_found("RUNNING", "FINISHED", "FAILED", edition=edition) == [
        'parent.running-over-failed at /data/state: a RUNNING node has the FAILED child "Step 2" (no FAILED child)'
    ]


def test_seed_with_a_running_root_is_found():
    data = {**seed()["data"], "state": "RUNNING"}
    assert found(data, "doc-2019") == [
        (
            "parent.running-over-failed at /data/state: a RUNNING node has the FAILED child"
            " \"<class 'pipeline.core.flow.activity.ServiceActivity'>\" (no FAILED child)"
        )
    ]


@pytest.mark.parametrize("change", [{"retry": 1}, {"skip": True}, {"loop": 2}])
def test_v1_running_parent_may_have_gone_on_after_a_retry_or_skip(change):
    changed = node(2, "FINISHED", 1, 1, **change)
    inner = node(1, "FINISHED", 0, 1, changed)
    data = node(0, "RUNNING", 0, None, node(3, "FAILED", 0, 1), inner)
    assert found(converted(data, "v1"), "v1") == []


def test_v1_running_parent_may_have_gone_on_with_a_node_that_started_later():
    data = node(0, "RUNNING", 0, None, node(1, "FAILED", 0, 1), node(2, "FINISHED", 2, 3))
    assert found(converted(data, "v1"), "v1") == []


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_failed_parent_without_failed_child_is_found(edition):
    assert states_found("FAILED", "FINISHED", "RUNNING", edition=edition)[0] == (
        "parent.failed at /data/state: a FAILED node has no FAILED child (a state that follows its children)"
    )


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_subprocess_failing_on_its_own_inputs_passes(edition):
    data = node(0, "FAILED", 0, None, node(1, "FAILED", 0, 1))
    assert found(data if edition == "v2" else converted(data, edition), edition) == []


def test_subprocess_failing_by_itself_in_a_further_pass_passes():
    inner = node(1, "FAILED", 5, 6, node(2, "FINISHED", 1, 2), loop=2)
    assert found(node(0, "FAILED", 0, None, inner)) == []


@pytest.mark.parametrize("edition", ["doc-2019", "v1"])
def test_v1_failed_parent_over_running_child_is_found(edition):
    assert states_found("FAILED", "FAILED", "RUNNING", edition=edition) == [
        'parent.failed-over-running at /data/state: a FAILED node has the RUNNING child "Step 2" (no RUNNING child)'
    ]


@pytest.mark.parametrize("children", [(), ("FINISHED",), ("FINISHED", "RUNNING")])
@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_node_suspended_parent_without_suspended_child_is_found(edition, children):
    assert states_found("NODE_SUSPENDED", *children, edition=edition) == [
        (
            "parent.node-suspended at /data/state: a NODE_SUSPENDED node has no suspended child"
            " (a SUSPENDED or NODE_SUSPENDED child)"
        )
    ]


def test_v2_node_suspended_parent_over_failed_child_is_found():
    assert states_found("NODE_SUSPENDED", "SUSPENDED", "FAILED", edition="v2") == [
        'parent.node-suspended at /data/state: a NODE_SUSPENDED node has the FAILED child "Step 2" (no FAILED child)'
    ]


def test_v1_node_suspended_parent_over_running_child_is_found():
    assert states_found("NODE_SUSPENDED", "SUSPENDED", "RUNNING", edition="v1") == [
        (
            'parent.node-suspended at /data/state: a NODE_SUSPENDED node has the RUNNING child "Step 2"'
            " (no FAILED or RUNNING child)"
        )
    ]


@pytest.mark.parametrize("child", ["RUNNING", "FAILED", "SUSPENDED"])
def test_v1_blocked_parent_over_a_child_that_decides_is_found(child):
    assert states_found("BLOCKED", "FINISHED", child, edition="v1") == [
        (
            f'parent.blocked at /data/state: a BLOCKED node has the {child} child "Step 2"'
            " (no FAILED, NODE_SUSPENDED, RUNNING or SUSPENDED child)"
        )
    ]


def test_v1_blocked_parent_without_children_is_found():
    assert states_found("BLOCKED", edition="v1") == [
        "parent.blocked at /data/state: a BLOCKED node has no children (FAILED)"
    ]


@pytest.mark.parametrize("child", ["RUNNING", "FAILED", "READY", "REVOKED"])
@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_finished_parent_over_unfinished_child_is_found(edition, child):
    assert states_found("FINISHED", "FINISHED", child, "RUNNING", edition=edition) == [
        f'parent.finished at /data/state: a FINISHED node has the "{child}" child "Step 2" (FINISHED children only)'
    ]


def test_finished_subprocess_whose_nodes_roll_back_passes():
    inner = node(1, "FINISHED", 0, 2, node(2, "ROLL_BACK_SUCCESS", 0, 1))
    assert found(node(0, "ROLLING_BACK", 0, None, inner)) == []


def test_finished_subprocess_that_was_asked_for_may_be_rolled_back():
    part = node(1, "FINISHED", 0, 2, node(2, "ROLL_BACK_SUCCESS", 0, 1), parent_id=node_id(0))

    assert found(part) == []


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_finished_task_without_children_is_found(edition):
    assert states_found("FINISHED", edition=edition) == [
        "parent.finished-empty at /data/children: a FINISHED task has no children (the nodes it went through)"
    ]


def test_finished_node_asked_for_by_its_id_may_have_no_children():
    assert found(converted(node(3, "FINISHED", 0, 1), "doc-2019"), "doc-2019") == []


def test_created_node_of_the_document_passes_as_a_child():
    waiting = node(2, "CREATED", None)
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 0, 1), waiting)
    assert found(converted(data, "doc-2019"), "doc-2019") == []


def test_created_task_with_children_is_found():
    data = node(0, "CREATED", None, None, node(1, "FINISHED", 0, 1))
    assert found(converted(data, "doc-2019"), "doc-2019") == [
        "parent.created at /data/children: a CREATED node has children ({})"
    ]
