"""What a task says of its failed nodes."""

import pytest

from support.status_trees import converted, found, node, node_id


def failed(**fields):
    """A FAILED task: leaf 1 FAILED, subprocess 2 FAILED by its leaf 3, subprocess 4 SUSPENDED over FAILED leaf 5."""
    inner = node(2, "FAILED", 0, None, node(3, "FAILED", 1, 2), node(6, "FINISHED", 1, 2))
    held = node(4, "SUSPENDED", 0, None, node(5, "FAILED", 1, 2))
    return node(0, "FAILED", 0, None, node(1, "FAILED", 1, 2), inner, held, **fields)


def data_of(*numbers):
    return {node_id(number): "disk full" for number in numbers}


def info(number, **entry):
    return {node_id(number): {"node_id": node_id(number), "auto_retry_times": 1, "max_auto_retry_times": 3, **entry}}


def test_ex_data_of_all_failed_leaves_passes():
    assert found(failed(ex_data=data_of(1, 3))) == []


@pytest.mark.parametrize("number", [2, 4, 5, 6, 9])
def test_ex_data_of_something_else_is_found(number):
    assert found(failed(ex_data=data_of(1, 3, number))) == [
        (
            f"ex-data.key at /data/ex_data/#{number}: ex_data speaks of something else than a FAILED leaf"
            " below FAILED parents (the id of a FAILED leaf)"
        )
    ]


def test_ex_data_without_a_failed_leaf_is_found():
    assert found(failed(ex_data=data_of(1))) == [
        "ex-data.missing at /data/ex_data/#3: ex_data has no entry for a FAILED leaf (an entry)"
    ]


def test_ex_data_of_a_task_that_has_not_failed_is_found():
    assert found(node(0, "RUNNING", 0, None, ex_data={})) == [
        "ex-data.state at /data/ex_data: a RUNNING task has ex_data (ex_data on a FAILED task only)"
    ]


@pytest.mark.parametrize("flag", ["true", "false", "0", "False", True, 1])
def test_any_flag_asks_for_ex_data(flag):
    assert found(failed(ex_data=data_of(1, 3)), request={"with_ex_data": flag}) == []
    assert found(failed(), request={"with_ex_data": flag}) == [
        "ex-data.request at /data: ex_data was asked for and is missing (ex_data of the FAILED task)"
    ]


@pytest.mark.parametrize("request_", [{}, {"with_ex_data": ""}, {"with_ex_data": None}])
def test_ex_data_that_was_not_asked_for_is_found(request_):
    assert found(failed(ex_data=data_of(1, 3)), request=request_) == [
        "ex-data.request at /data/ex_data: ex_data was not asked for (no ex_data)"
    ]


def test_ex_data_is_not_asked_of_a_task_that_goes_on():
    assert found(node(0, "RUNNING", 0), request={"with_ex_data": True}) == []


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_failed_node_info_of_failed_nodes_passes(number):
    assert found(failed(failed_node_info={**info(number), node_id(1): {}})) == []


@pytest.mark.parametrize("number", [4, 6, 9])
def test_failed_node_info_of_another_node_is_found(number):
    assert found(failed(failed_node_info=info(number))) == [
        (
            f"failed-node-info.key at /data/failed_node_info/#{number}: failed_node_info speaks of something else"
            " than a FAILED node (the id of a FAILED node)"
        )
    ]


def test_failed_node_info_with_the_id_of_another_node_is_found():
    assert found(failed(failed_node_info=info(1, node_id=node_id(3)))) == [
        'failed-node-info.entry at /data/failed_node_info/#1/node_id: node_id differs from its key ("#1")'
    ]


def test_failed_node_info_with_too_many_retries_is_found():
    assert found(failed(failed_node_info=info(1, auto_retry_times=4))) == [
        (
            "failed-node-info.entry at /data/failed_node_info/#1/auto_retry_times:"
            " more automatic retries than allowed (max_auto_retry_times at most)"
        )
    ]


def test_auto_retry_nodes_of_failed_nodes_pass():
    status = {"exist_auto_retry_nodes": True, "auto_retry_nodes": [node_id(1)]}
    assert found(failed(auto_retry_status=status)) == []


def test_auto_retry_node_that_has_not_failed_is_found():
    status = {"exist_auto_retry_nodes": True, "auto_retry_nodes": [node_id(6)]}
    assert found(failed(auto_retry_status=status)) == [
        (
            "auto-retry.nodes at /data/auto_retry_status/auto_retry_nodes: a node that is not FAILED waits for a retry"
            " (ids of FAILED nodes)"
        )
    ]


@pytest.mark.parametrize(("exist", "nodes", "expected"), [(True, [], "false"), (False, [node_id(1)], "true")])
def test_auto_retry_flag_that_disagrees_with_the_list_is_found(exist, nodes, expected):
    status = {"exist_auto_retry_nodes": exist, "auto_retry_nodes": nodes}
    assert found(failed(auto_retry_status=status)) == [
        (
            "auto-retry.nodes at /data/auto_retry_status/exist_auto_retry_nodes:"
            f" exist_auto_retry_nodes disagrees with auto_retry_nodes ({expected})"
        )
    ]


def test_failed_node_info_that_is_no_object_is_left_to_the_structure():
    assert found(failed(failed_node_info={node_id(1): "disk full"})) == []


def test_ex_data_of_a_subtree_of_engine_1_passes():
    data = converted(failed(ex_data=data_of(1, 3)), "v1")
    assert found({**data, "version": "a" * 32}, "v1") == []


def test_ex_data_of_a_whole_task_of_engine_1_is_found():
    assert found(converted(failed(ex_data=data_of(1, 3)), "v1"), "v1") == [
        "ex-data.task at /data/ex_data: a whole task of engine 1 has ex_data (no ex_data)"
    ]


def test_ex_data_of_a_task_of_engine_1_that_subprocess_id_names_passes():
    data = converted(failed(ex_data=data_of(1, 3)), "v1")

    assert found(data, "v1", {"subprocess_id": data["id"], "with_ex_data": "1"}) == []
