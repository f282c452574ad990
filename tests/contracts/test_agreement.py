"""Whether a task's pipeline tree and its status tree agree."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.changed_bodies import CHANGES, VALUES, changed
from support.example_answers import answer
from support.properties import examples
from taskmock import schemas
from taskmock.contracts.agreement import RULES, check_agreement

DETAIL = answer("get_task_detail")


def status(edition="v2", name="response"):
    return schemas.load_example(edition, name)


def child(body, name):
    """A node of a status tree by its name, with its pointer."""
    stack = [("/data", body["data"])]
    while stack:
        pointer, node = stack.pop()
        if node["name"] == name and pointer != "/data":
            return pointer, node
        stack.extend((f"{pointer}/children/{key}", inner) for key, inner in node["children"].items())
    raise LookupError(name)


def findings(detail, body, **terms):
    return [(v.code, v.pointer, v.message) for v in check_agreement(detail, body, **terms).violations]


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_detail_and_status_of_one_task_agree(edition):
    report = check_agreement(DETAIL, status(edition))

    assert report.violations == ()
    assert (report.subject, report.operation, report.edition, report.nodes) == (
        "agreement",
        "get_task_detail",
        edition,
        8,
    )


@pytest.mark.parametrize("name", ["created", "expired", "failure"])
def test_status_without_a_tree_has_nothing_to_disagree_on(name):
    body = status(name=name)
    if body["result"]:
        body["data"]["name"] = "Release web"

    assert findings(DETAIL, body) == []


def test_subtree_of_a_subprocess_agrees():
    body = status()
    _, node = child(body, "Rolling restart")

    assert findings(DETAIL, {"result": True, "data": node | {"name": "Release web"}}) == []


def test_trees_of_two_tasks_disagree():
    body = status()
    body["data"]["id"] = "n" + "0" * 31

    assert findings(DETAIL, body)[0] == (
        "agreement.task",
        "/data/id",
        "the pipeline tree has neither this id nor a subprocess of it",
    )


def test_task_goes_by_one_name():
    body = status()
    body["data"]["name"] = "Other"

    assert findings(DETAIL, body) == [
        ("agreement.task-name", "/data/name", "the task goes by another name in get_task_detail")
    ]


def test_node_that_is_not_on_its_level_is_found():
    body = status()
    pointer, node = child(body, "Restart 2")
    parent = child(body, "Rolling restart")[1]
    del parent["children"][node["id"]]
    body["data"]["children"][node["id"]] = node

    assert findings(DETAIL, body) == [
        ("agreement.node", f"/data/children/{node['id']}", "the pipeline tree has no such node on this level")
    ]
    assert pointer.endswith(node["id"])


@pytest.mark.parametrize(
    ("edition", "name", "found"),
    [
        ("v2", "Prepared", ["agreement.name"]),
        ("v1", "Prepared", ["agreement.name"]),
        ("v1", "<class 'pipeline.core.flow.activity.ServiceActivity'>", []),
        ("v1", "<class 'pipeline.core.flow.activity.SubProcess'>", ["agreement.type"]),
        ("v1", "<class 'pipeline.core.flow.gateway.ConditionalParallelGateway", []),
    ],
)
def test_node_goes_by_its_name_in_the_pipeline(edition, name, found):
    body = status(edition)
    child(body, "Prepare")[1]["name"] = name.ljust(64, "x") if name.endswith("Gateway") else name

    assert [code for code, _, _ in findings(DETAIL, body, edition=edition)] == found


def test_engine_1_cuts_a_long_name():
    detail, body = copy.deepcopy(DETAIL), status("v1")
    (node,) = (n for n in detail["data"]["pipeline_tree"]["activities"].values() if n["name"] == "Prepare")
    node["name"] = "P" * 70
    child(body, "Prepare")[1]["name"] = "P" * 64

    assert findings(detail, body) == []


def test_only_a_subprocess_has_nodes_below_it():
    body = status()
    pointer, node = child(body, "Prepare")
    node["children"] = {"x": copy.deepcopy(child(body, "Notify")[1])}

    assert findings(DETAIL, body) == [
        ("agreement.type", f"{pointer}/children", 'a node of type "ServiceActivity" has nodes below it')
    ]


def test_body_that_cannot_be_read_is_the_one_finding():
    report = check_agreement(DETAIL, "no json")

    assert [v.code for v in report.violations] == ["body.not-json"]


def test_unknown_edition_names_the_editions():
    with pytest.raises(ValueError, match=r"^unknown edition 'v3': choose one of auto, doc-2019, v1, v2"):
        check_agreement(DETAIL, status(), edition="v3")


def test_rules_have_unique_codes():
    assert len({rule.code for rule in RULES}) == len(RULES) == 5


@examples(150)
@given(one=CHANGES, other=CHANGES, edition=st.sampled_from(["auto", "doc-2019", "v1", "v2"]))
def test_any_changed_answers_get_a_report(one, other, edition):
    detail, body = changed(copy.deepcopy(DETAIL), one), changed(status(), other)

    report = check_agreement(detail, body, edition=edition)

    assert report.errors == len(report.violations)


@examples(100)
@given(one=VALUES, other=VALUES)
def test_any_values_get_a_report(one, other):
    assert check_agreement(one, other).subject == "agreement"
