"""Who a node is: key, id, parent, task and version."""

import pytest

from support.status_trees import converted, found, node, node_id


def task(**fields):
    return node(0, "RUNNING", 0, None, node(1, "FINISHED", 0, 1), node(2, "RUNNING", 1), **fields)


def subtree():
    tree = node(3, "RUNNING", 0, None, node(4, "FINISHED", 0, 1), node(5, "RUNNING", 1))
    return {**tree, "parent_id": node_id(2)}


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_identity_of_sound_task_passes(edition):
    data = task() if edition == "v2" else converted(task(), edition)
    assert found(data, edition, {"task_id": "10", "bk_biz_id": "2"}) == []


def test_key_other_than_id_is_found():
    data = task()
    data["children"][node_id(7)] = data["children"].pop(node_id(2))
    assert found(data) == [
        'id.key-mismatch at /data/children/#7/id: the id differs from the key "#7" it hangs under ("#7")'
    ]


def test_id_used_twice_is_found_at_the_second_place():
    inner = node(3, "FINISHED", 0, 1, node(1, "FINISHED", 0, 1))
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 0, 1), inner)
    assert found(data) == [
        "id.duplicate at /data/children/#3/children/#1/id: another node of this task has the same id (an id of its own)"
    ]


def test_id_of_the_task_on_a_node_is_found():
    data = node(0, "RUNNING", 0, None, node(0, "FINISHED", 0, 1))
    assert "id.duplicate at /data/children/#0/id" in found(data)[0]


def test_parent_id_of_another_node_is_found():
    data = task()
    data["children"][node_id(2)]["parent_id"] = node_id(1)
    assert found(data) == [
        'parent-id.mismatch at /data/children/#2/parent_id: parent_id is not the id of the enclosing node ("#0")'
    ]


def test_task_with_foreign_parent_id_is_found():
    assert found(task(parent_id=node_id(9))) == [
        'parent-id.top at /data/parent_id: the task\'s parent_id is not its own id ("#0")'
    ]


def test_subtree_keeps_its_real_parent_and_task():
    assert found(subtree(), request={"subprocess_id": node_id(3)}) == []


def test_subtree_that_is_its_own_parent_is_found():
    assert found({**subtree(), "parent_id": node_id(3)}) == [
        "parent-id.top at /data/parent_id: a subtree names itself as its parent (the id of the node above it)"
    ]


def test_subtree_below_one_of_its_nodes_is_found():
    assert found({**subtree(), "parent_id": node_id(5)}) == [
        "parent-id.top at /data/parent_id: a subtree names one of its own nodes as its parent (a node above it)"
    ]


@pytest.mark.parametrize("where", [[], [2]])
def test_root_id_of_another_task_is_found_where_it_is(where):
    data = task()
    wrong = data
    for number in where:
        wrong = wrong["children"][node_id(number)]
    wrong["root_id:"] = node_id(9)
    below = "".join(f"/children/#{number}" for number in where)
    assert found(data) == [
        f'root-id.mismatch at /data{below}/root_id:: the nodes of one task disagree on root_id: ("#0")'
    ]


def test_subtree_where_the_task_was_asked_for_is_found():
    assert found(subtree(), request={"task_id": "10"}) == [
        'root-id.request at /data/root_id:: a subtree where the whole task was asked for ("#3")'
    ]


def test_answer_for_another_subprocess_is_found():
    assert found(subtree(), request={"subprocess_id": node_id(4)}) == [
        "id.request at /data/id: the request asked for node #4 (#4)"
    ]


def test_document_knows_no_subprocess_id():
    assert found(converted(task(), "doc-2019"), "doc-2019", {"task_id": "10", "subprocess_id": node_id(4)}) == []


def test_answer_for_another_node_id_as_task_id_is_found():
    data = converted(task(), "doc-2019")
    assert found(data, "doc-2019", {"task_id": node_id(1)}) == [
        "id.request at /data/id: the request asked for node #1 (#1)"
    ]


def test_node_id_as_task_id_answers_that_subtree():
    assert found(converted(subtree(), "doc-2019"), "doc-2019", {"task_id": node_id(3)}) == []


@pytest.mark.parametrize("task_id", [10, "10"])
@pytest.mark.parametrize("edition", ["doc-2019", "v1"])
def test_version_on_the_task_of_engine_1_is_found(edition, task_id):
    data = {**converted(task(), edition), "version": "a" * 32}
    assert found(data, edition, {"task_id": task_id}) == ['version.task at /data/version: the task has a version ("")']


def test_version_of_a_subtree_of_engine_1_passes():
    data = converted(subtree(), "v1")
    assert found(data, "v1", {"task_id": "10", "subprocess_id": node_id(3)}) == []
