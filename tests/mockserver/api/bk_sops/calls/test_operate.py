"""The calls that change a task: what each action takes, and how it is refused."""

import pytest

from support.api_playing import House, house_of
from support.scenario_building import act, conditional, exclusive, play, sub, waits

GATEWAY = "n" + "0" * 31
ARMS = {"a": [act("A", 1)], "b": [act("B", 1)]}
CHOOSES = play(exclusive(None, id=GATEWAY, **ARMS), act("C", 9))
SPLITS = play(conditional(**ARMS), act("C", 9))
COPY = play(act("Copy", (3, "disk full"), 1), act("B", 60))


def failed(script, *, edition="v2"):
    """A task of which something has failed at its beginning."""
    house = house_of(script, edition=edition)
    house.open()
    house.clock.set(30)
    return house


def gateway_of(house, kind):
    """The gateway of a type in the pipeline tree of task 10, and the lines out of it by the names of their arms."""
    tree = house.call("get_task_detail", task_id="10")["pipeline_tree"]
    (found,) = (node for node in tree["gateways"].values() if node["type"] == kind)
    return found, {one["name"]: flow for flow, one in found["conditions"].items()}


def names(house):
    """The nodes of task 10 that were reached and have names."""
    return [child["name"] for child in house.data("10")["children"].values() if child["name"]]


def operate(house, node, action, **said):
    """An operation on a node of task 10."""
    return house.call("operate_node", task_id="10", node_id=node, action=action, **said)


def refusal(house, node, action, **said):
    """Why an operation on a node of task 10 is refused: the code, and the last line of a traceback."""
    code, message = house.refusal("operate_node", task_id="10", node_id=node, action=action, **said)
    return code, message.strip().rpartition("\n")[2].removeprefix("bamboo_engine.exceptions.InvalidOperationError: ")


# -- gateways


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_exclusive_gateway_is_skipped_along_the_line_of_the_pipeline_tree(edition):
    house = failed(CHOOSES, edition=edition)
    gateway, lines = gateway_of(house, "ExclusiveGateway")

    operate(house, gateway["id"], "skip_exg", flow_id=lines["b"])
    house.clock.set(40)

    assert "B" in names(house)
    assert "A" not in names(house)


def test_exclusive_gateway_is_skipped_into_an_arm_by_its_name():
    house = failed(CHOOSES)

    operate(house, GATEWAY, "skip_exg", flow_id="a")
    house.clock.set(40)

    assert names(house) == ["A", "C"]


@pytest.mark.parametrize("flow_id", ["l" + "0" * 31, None])
def test_line_that_the_gateway_has_not_is_refused(flow_id):
    house = failed(CHOOSES)

    assert refusal(house, GATEWAY, "skip_exg", flow_id=flow_id) == (
        3599999,
        f"no arm {flow_id!r}; the gateway's arms are a, b",
    )


def test_skip_cpg_cannot_work():
    house = failed(SPLITS)
    gateway, lines = gateway_of(house, "ConditionalParallelGateway")
    said = {"flow_ids": list(lines.values()), "converge_gateway_id": gateway["converge_gateway_id"]}

    code, message = refusal(house, gateway["id"], "skip_cpg", **said)

    assert (code, "操作失败: 'flow_ids'" in message) == (3599999, True)


def test_gateways_are_skipped_with_the_action_of_their_kind():
    splits = failed(SPLITS)
    gateway, _ = gateway_of(splits, "ConditionalParallelGateway")

    assert refusal(splits, gateway["id"], "skip_exg", flow_id="a") == (
        3599999,
        f"{gateway['id']} is not exclusive gateway, actual: ConditionalParallelGateway",
    )


# -- retries


@pytest.mark.parametrize("inputs", [{"a": 1}, {}])
def test_retry_takes_new_inputs(inputs):
    house = failed(COPY)

    operate(house, "Copy", "retry", inputs=inputs)

    (entry,) = house.store.records("s")[0].log
    assert entry.command.data == ({"a": 1} if inputs and "a" in inputs else None)


def test_subprocess_that_failed_on_its_inputs_is_retried():
    house = failed(play(sub("S", act("A", 1), fails="bad inputs")))

    operate(house, "S", "retry_subprocess")

    (found,) = (child for child in house.data("10")["children"].values() if child["name"] == "S")
    assert found["retry"] == 1


def test_activity_is_no_subprocess_to_be_retried():
    house = failed(COPY)
    graph = house.playback.history(house.store.records("s")[0]).graph
    node = graph.nodes[graph.find("Copy")].id

    assert refusal(house, node, "retry_subprocess") == (3599999, f"node({node}) type is not SubProcess")


def test_older_engine_retries_no_subprocess():
    house = failed(play(sub("S", act("A", 1), fails="bad inputs")), edition="v1")

    assert refusal(house, "S", "retry_subprocess") == (
        3599999,
        "非法请求: 当前引擎不支持子流程重试, 请联系管理员升级 | retry_subprocess_v1",
    )


# -- parameters


@pytest.mark.parametrize("name", ["data", "inputs"])
@pytest.mark.parametrize("said", ["x", [], 7, "[1]"])
def test_object_that_is_none_is_refused(name, said):
    house = failed(COPY)

    assert refusal(house, "Copy", "retry", **{name: said}) == (3540000, f"{name} field is not a valid object")
    assert house.store.records("s")[0].log == ()


@pytest.mark.parametrize("action", ["retry", "skip", "skip_exg", "skip_cpg", "callback", "pause", "retry_subprocess"])
def test_node_that_the_task_has_not_is_refused(action):
    said = {"flow_ids": ["a"], "converge_gateway_id": "x"}

    assert refusal(failed(COPY), "nobody", action, **said) == (
        3599999,
        "节点状态请求失败: 任务[ID: 10]中未找到节点[ID: nobody]. 请重试. 如持续失败可联系管理员处理 | nodes_action",
    )


def version_of(house, name):
    """The version that the status tree of task 10 shows for a node."""
    (found,) = (child for child in house.data("10")["children"].values() if child["name"] == name)
    return found["version"]


def test_callback_of_a_version_that_is_gone_is_refused():
    house = house_of(play(waits("Approve"), act("B", 9)))
    house.clock.set(2)
    stale = "v" + "0" * 32
    said = {"task_id": "10", "node_id": "Approve"}

    code, message = house.refusal("node_callback", version=stale, **said)
    house.call("node_callback", version=version_of(house, "Approve"), **said)

    assert code == 3599999
    assert message.endswith(f"engine.exceptions.InvalidOperationError: node version {stale} not exist\n")
    assert names(house) == ["Approve", "B"]


def test_older_engine_takes_no_notice_of_versions():
    house = house_of(play(waits("Approve"), act("B", 9)), edition="v1")
    house.clock.set(2)

    house.call("node_callback", version="x", task_id="10", node_id="Approve")

    assert "B" in names(house)


# -- tasks that somebody has to claim


@pytest.mark.parametrize(
    ("call", "said", "action"),
    [
        ("start_task", {}, "start"),
        ("operate_task", {"action": "start"}, "start"),
        ("operate_task", {"action": "pause"}, "pause"),
    ],
)
def test_task_that_has_to_be_claimed_is_not_operated_on(call, said, action):
    house = House(default="steps")
    task = house.create(flow_type="common_func")

    assert house.refusal(call, task_id=task, **said) == (
        3545000,
        f"task with current_flow:func_claim cannot be {action}ed",
    )
    assert house.data(task)["state"] == "CREATED"
