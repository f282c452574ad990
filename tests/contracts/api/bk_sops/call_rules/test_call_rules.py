"""Each rule about the answer of a call, with what it says and where."""

import copy

import pytest

from support.example_answers import answer, findings, report_on
from taskmock.contracts.api.bk_sops.call_rules import RULES
from taskmock.schemas import EDITIONS, editions_of, load_operations

DETAIL, BATCH, LIST = "get_task_detail", "get_tasks_status", "get_task_list"
NODE, STATE = "get_task_node_detail", "get_tasks_manual_intervention_state"
NO_ID = "n" + "0" * 31


def tree_of(body):
    return body["data"]["pipeline_tree"]


def first(held):
    return next(iter(held.items()))


def codes(operation, body, **terms):
    return [code for code, _, _ in findings(operation, body, **terms)]


def test_rules_have_unique_codes_sentences_and_editions():
    distinct = {rule.code: rule for rules in RULES.values() for rule in rules}

    assert all(rule is distinct[rule.code] for rules in RULES.values() for rule in rules)
    assert all(rule.source.endswith(".") for rule in distinct.values())
    assert set(RULES) <= set(load_operations())
    assert all(set(rule.applies_to) <= set(EDITIONS) for rule in distinct.values())
    assert all(any(map(rule.is_for, editions_of(call))) for call, rules in RULES.items() for rule in rules)


def test_key_of_a_flow_is_its_id():
    body = answer(DETAIL)
    key, flow = first(tree_of(body)["flows"])
    flow["id"] = NO_ID

    assert findings(DETAIL, body) == [
        ("pipeline.key", f"/data/pipeline_tree/flows/{key}/id", f'`id` differs from the key "{key}" that it is kept by')
    ]


def test_key_of_a_constant_is_its_key():
    body = answer(DETAIL)
    tree_of(body)["constants"]["${window}"]["key"] = "${other}"

    (finding,) = (found for found in findings(DETAIL, body) if found[0] == "pipeline.key")

    assert finding[1] == "/data/pipeline_tree/constants/${window}/key"


def test_id_is_unique_through_all_levels():
    body = answer(DETAIL)
    subprocess = next(node for node in tree_of(body)["activities"].values() if "pipeline" in node)
    subprocess["pipeline"]["start_event"]["id"] = tree_of(body)["start_event"]["id"]

    (finding,) = (found for found in findings(DETAIL, body) if found[0] == "pipeline.id")

    assert finding[1:] == (
        f"/data/pipeline_tree/activities/{subprocess['id']}/pipeline/start_event/id",
        "another node or flow of this task has the same id",
    )


@pytest.mark.parametrize("end", ["source", "target"])
def test_flow_connects_nodes_of_its_level(end):
    body = answer(DETAIL)
    key, flow = first(tree_of(body)["flows"])
    flow[end] = NO_ID

    found = findings(DETAIL, body)

    where = f"/data/pipeline_tree/flows/{key}/{end}"
    assert ("pipeline.flow", where, f"the {end} of the flow is no node of this level") in found


def test_node_names_the_flows_that_reach_it():
    body = answer(DETAIL, name="gateways")
    (gateway,) = (g for g in tree_of(body)["gateways"].values() if g["type"] == "ExclusiveGateway")
    (missing,) = gateway["incoming"]
    gateway["incoming"] = "l" + "0" * 31

    where = f"/data/pipeline_tree/gateways/{gateway['id']}/incoming"
    assert findings(DETAIL, body) == [
        ("pipeline.connection", where, f'`incoming` names the flow "l{"0" * 31}", which is not there'),
        ("pipeline.connection", where, f'`incoming` does not name the flow "{missing}", whose target is this node'),
    ]


def test_node_names_no_flow_of_another_node():
    body = answer(DETAIL)
    tree = tree_of(body)
    (_, one), (_, other) = list(tree["activities"].items())[:2]
    flow = other["outgoing"]
    one["outgoing"] = [one["outgoing"], flow]

    assert findings(DETAIL, body) == [
        (
            "pipeline.connection",
            f"/data/pipeline_tree/activities/{one['id']}/outgoing",
            f'`outgoing` names the flow "{flow}", whose source is another node',
        )
    ]


def test_one_flow_may_stand_as_text_or_in_a_list():
    body = answer(DETAIL)
    for activity in tree_of(body)["activities"].values():
        activity["incoming"], activity["outgoing"] = activity["incoming"][0], [activity["outgoing"]]

    assert findings(DETAIL, body) == []


@pytest.mark.parametrize(("event", "field"), [("start_event", "incoming"), ("end_event", "outgoing")])
def test_nothing_leads_beyond_the_events(event, field):
    body = answer(DETAIL)
    tree_of(body)[event][field] = [next(iter(tree_of(body)["flows"]))]

    found = findings(DETAIL, body)

    assert ("pipeline.event", f"/data/pipeline_tree/{event}/{field}", f"`{field}` of the {event} names a flow") in found


def test_gateway_has_a_condition_for_each_way():
    body = answer(DETAIL, name="gateways")
    (gateway,) = (g for g in tree_of(body)["gateways"].values() if "conditions" in g)
    way, condition = gateway["conditions"].popitem()
    gateway["conditions"]["elsewhere"] = condition

    where = f"/data/pipeline_tree/gateways/{gateway['id']}/conditions"
    assert findings(DETAIL, body) == [
        ("pipeline.condition", f"{where}/elsewhere", "a condition is for a flow that does not lead away from here"),
        ("pipeline.condition", where, f'no condition tells when the flow "{way}" is taken'),
    ]


def test_default_way_needs_no_condition():
    body = answer(DETAIL, name="gateways")
    (gateway,) = (g for g in tree_of(body)["gateways"].values() if "conditions" in g)
    way, _ = gateway["conditions"].popitem()
    gateway["default_condition"] = {"flow_id": way, "name": "else"}

    assert findings(DETAIL, body) == []


def test_conditions_of_a_gateway_that_does_not_fork_name_no_ways():
    body = answer(DETAIL, name="gateways")
    gateway = next(g for g in tree_of(body)["gateways"].values() if g["type"] == "ConvergeGateway")
    gateway["conditions"] = {"elsewhere": {"evaluate": "1 == 1"}}

    assert "pipeline.condition" not in codes(DETAIL, body)


def test_output_of_a_pipeline_is_a_constant():
    body = answer("create_task")
    tree_of(body)["outputs"] = ["${window}", "${none}"]

    assert findings("create_task", body) == [
        ("pipeline.output", "/data/pipeline_tree/outputs/1", "an output is no constant")
    ]


def test_detail_is_of_the_task_that_was_asked_for():
    for asked in ("11", 11, " 11 "):
        assert findings(DETAIL, answer(DETAIL), request={"task_id": asked}) == [
            ("detail.request", "/data/id", "the request asked for task 11")
        ]
    assert findings(DETAIL, answer(DETAIL), request={"task_id": "10"}) == []


@pytest.mark.parametrize(
    ("times", "finding"),
    [
        ({"create_time": "2027-01-01 00:00:00 +0800"}, ("/data/start_time", "the task was started before it was made")),
        (
            {"finish_time": "2026-03-02 09:00:00 +0800"},
            ("/data/finish_time", "the task finished before it was started"),
        ),
        (
            {"start_time": "", "finish_time": "2026-03-02 10:00:00 +0800"},
            ("/data/finish_time", "the task has finished but was not started"),
        ),
    ],
)
def test_task_is_made_then_started_then_finished(times, finding):
    body = answer(DETAIL)
    body["data"] |= times

    assert findings(DETAIL, body) == [("detail.times", *finding)]


def test_times_without_an_offset_compare():
    body = answer(DETAIL, "doc-2019")
    body["data"]["finish_time"] = "2019-01-17 04:13:07"

    assert codes(DETAIL, body, edition="doc-2019") == ["detail.times"]


def test_constants_are_those_of_the_pipeline_tree():
    body = answer(DETAIL)
    body["data"]["constants"] = {"${odd}": {"key": "${odd}", "name": "Odd", "source_type": "custom"}}

    assert findings(DETAIL, body) == [
        ("detail.constants", "/data/constants/${odd}", "the pipeline tree has no such constant"),
        ("detail.constants", "/data/constants", 'the constant "${window}" of the pipeline tree is missing'),
    ]


def test_output_of_a_task_goes_by_its_constants_name():
    body = answer(DETAIL)
    body["data"]["outputs"] = [
        {"key": "${window}", "value": 1, "name": "Door"},
        {"key": "${none}", "value": 1, "name": "None"},
        {"key": "${window}", "value": 1, "name": "Window"},
    ]

    assert findings(DETAIL, body) == [
        ("detail.output", "/data/outputs/0/name", "an output goes by another name than its constant"),
        ("detail.output", "/data/outputs/1/key", "an output is no constant"),
    ]


def test_node_is_the_one_that_was_asked_for():
    assert findings(NODE, answer(NODE), request={"node_id": NO_ID}) == [
        ("node-detail.request", "/data/id", f"the request asked for node {NO_ID}")
    ]
    assert findings(NODE, answer(NODE, name="waiting"), request={"node_id": NO_ID}) == []


@pytest.mark.parametrize(
    ("field", "value", "code", "message"),
    [
        ("state", "FINISHED", "histories.state", "an earlier run is not FAILED"),
        ("loop", 2, "histories.loop", "an earlier run is of another pass of the loop"),
        ("finish_time", "2026-03-02 09:00:00 +0800", "histories.times", "an earlier run ended before it started"),
    ],
)
def test_earlier_run_is_one_that_failed_in_this_pass(field, value, code, message):
    body = answer(NODE, name="retried")
    body["data"]["histories"][0][field] = value

    assert findings(NODE, body) == [(code, f"/data/histories/0/{field}", message)]


def test_earlier_runs_are_in_order():
    body = answer(NODE, name="retried")
    run = body["data"]["histories"][0]
    earlier = {"start_time": "2026-03-02 09:30:05 +0800", "finish_time": "2026-03-02 09:30:06 +0800"}
    later = {"start_time": "2026-03-02 09:30:20 +0800", "finish_time": "2026-03-02 09:30:21 +0800"}

    body["data"]["histories"] = [run, run | earlier]
    swapped = findings(NODE, body)
    body["data"]["histories"] = [run, run | later]
    late = findings(NODE, body)

    assert swapped == [
        ("histories.order", "/data/histories/1/start_time", "an earlier run starts before the one in front of it")
    ]
    assert late == [("histories.order", "/data/start_time", "an earlier run starts after the run that is told of")]


@pytest.mark.parametrize("operation", [BATCH, STATE, LIST])
def test_each_task_has_one_entry(operation):
    body = answer(operation)
    body["data"].append(copy.deepcopy(body["data"][-1]))
    body |= {"count": 9} if operation == LIST else {}

    where = f"/data/{len(body['data']) - 1}/id"
    assert findings(operation, body) == [("tasks.duplicate", where, "another entry is of the same task")]


@pytest.mark.parametrize("operation", [BATCH, STATE])
def test_entries_are_of_tasks_that_were_asked_for(operation):
    asked = [str(entry["id"]) for entry in answer(operation)["data"][1:]]

    found = findings(operation, answer(operation), request={"task_id_list": [*asked, 4711]})

    assert found == [("tasks.unasked", "/data/0/id", "nobody asked for this task")]


@pytest.mark.parametrize(("operation", "most"), [(BATCH, 50), (STATE, 9), (LIST, 200)])
def test_answer_is_not_too_long(operation, most):
    body = answer(operation)
    body["data"] = [body["data"][0] | {"id": 9_000 - number} for number in range(most)]
    body |= {"count": 9_000} if operation == LIST else {}
    assert findings(operation, body) == []

    body["data"].append(body["data"][0] | {"id": 1})

    assert findings(operation, body) == [("tasks.size", "/data", f"the answer tells of {most + 1} tasks")]


def test_children_are_there_where_they_were_asked_for():
    bare, whole = answer(BATCH), answer(BATCH, name="children")

    assert findings(BATCH, whole, request={"include_children_status": True}) == []
    assert findings(BATCH, bare, request={"include_children_status": False}) == []
    assert findings(BATCH, bare, request={"include_children_status": "yes"}) == [
        ("batch.children", "/data/0/status", "children were asked for and are missing")
    ]
    assert findings(BATCH, whole, request={}) == [
        ("batch.children", "/data/0/status/children", "children were not asked for"),
        ("batch.children", "/data/1/status/children", "children were not asked for"),
    ]


@pytest.mark.parametrize("name", ["response", "children"])
def test_text_that_says_no_was_true_to_older_servers(name):
    assert findings(BATCH, answer(BATCH, name=name), request={"include_children_status": "False"}) == []


def test_created_task_may_lack_its_children_after_a_query_without_them():
    body = answer(BATCH, name="children")
    del body["data"][1]["status"]["children"]

    assert findings(BATCH, body, request={"include_children_status": True}) == []


def test_status_goes_by_the_tasks_name():
    body = answer(BATCH)
    body["data"][0]["name"] = "Other"

    assert findings(BATCH, body) == [
        ("batch.name", "/data/0/status/name", "the status goes by another name than the task")
    ]


def test_task_that_was_not_started_is_created():
    body = answer(BATCH)
    body["data"][0]["start_time"] = ""

    assert findings(BATCH, body) == [("batch.started", "/data/0/start_time", "a FAILED task was never started")]


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ({"finish_time": "2026-03-02T01:00:00.000Z"}, "the task finished before it was started"),
        (
            {"start_time": None, "is_started": False, "finish_time": "2026-03-02T02:00:00.000Z"},
            "the task has finished but was not started",
        ),
    ],
)
def test_task_of_a_list_is_started_then_finished(times, message):
    body = answer(LIST)
    body["data"][2] |= times

    assert findings(LIST, body) == [("tasks.times", "/data/2/finish_time", message)]


def test_newest_task_of_a_list_comes_first():
    body = answer(LIST)
    body["data"].append(body["data"].pop(0))
    body["count"] = 9

    assert findings(LIST, body) == [("tasks.order", "/data/2/id", "a newer task stands behind an older one")]


def test_flags_of_a_list_follow_the_times():
    body = answer(LIST)
    body["data"][1] |= {"is_started": True}
    body["data"][2] |= {"start_time": None, "is_started": False, "is_finished": True}

    assert findings(LIST, body) == [
        ("tasks.flags", "/data/1/is_started", "is_started disagrees with start_time"),
        ("tasks.flags", "/data/2/is_finished", "the task has finished but was not started"),
    ]


@pytest.mark.parametrize(("count", "found"), [(2, ["tasks.count"]), (3, []), (99, []), (-1, [])])
def test_count_is_of_all_pages(count, found):
    assert codes(LIST, answer(LIST) | {"count": count}) == found


@pytest.mark.parametrize(
    ("limit", "found"), [(2, ["tasks.limit"]), ("2", ["tasks.limit"]), (3, []), ("", []), (10**50, [])]
)
def test_page_keeps_its_limit(limit, found):
    assert codes(LIST, answer(LIST), request={"limit": limit}) == found


def test_rule_is_silent_in_an_edition_that_it_is_not_said_of():
    body = answer(BATCH, "v1")
    body["data"][0]["name"] = "Other"

    assert report_on(BATCH, body, edition="v1").violations == ()


def test_failure_is_not_judged_by_rules():
    body = answer(DETAIL, name="failure") | {"data": {}}

    assert findings(DETAIL, body, request={"task_id": "4711"}) == []
