"""All rules together: real answers pass, any value is survived, big trees are judged fast."""

import inspect
import itertools
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.captures import captures
from support.growth import growth
from support.properties import examples
from support.status_trees import broken_rules, found, node, node_id, prepared, seed
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.schemas import EDITIONS

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["FAILED", "RUNNING"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["n1", "n2", "id"]), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [*node(0, "RUNNING"), "state_refresh_at", "ex_data", "failed_node_info", "auto_retry_status"]


@pytest.mark.parametrize("capture", captures(), ids=lambda capture: capture.file)
def test_rules_pass_every_real_answer(capture):
    data = capture.body.get("data")
    if isinstance(data, dict):
        assert found(data, capture.edition) == []
        assert found(data, capture.edition, capture.params) == []


def test_rules_pass_the_documents_example():
    assert found(seed()["data"], "doc-2019", {"bk_biz_id": "2", "task_id": "10"}) == []


def test_rule_codes_are_unique_and_well_formed():
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    assert all(code.count(".") == 1 and code.replace("-", "").replace(".", "").isalpha() for code in codes)


def test_rules_quote_the_sentence_that_they_enforce():
    for rule in RULES:
        assert rule.source == " ".join(inspect.getdoc(rule.findings).split())
        assert rule.source.endswith(".")
        assert set(rule.applies_to) <= set(EDITIONS)


def test_rules_that_are_skipped_find_nothing():
    document = prepared(node(0, "RUNNING", 0, None, node(1, "FAILED", 0, 1)))
    assert list(broken_rules(document, skip={"parent.running"})) == []
    assert [violation.code for violation in broken_rules(document)] == ["parent.running"]


def test_violation_carries_what_a_report_needs():
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 9, 8, elapsed_time=0, name="Copy/A"))
    (violation,) = broken_rules(prepared(data))
    assert violation.pointer == f"/data/children/{node_id(1)}/finish_time"
    assert violation.path == "Copy/A"
    assert violation.value == '"2026-03-02 10:00:08 +0800"'
    assert violation.source.startswith("`finish_time` is not before `start_time`")


@pytest.mark.parametrize("changed", [{"name": ""}, {"name": None}, {"name": 5}])
def test_path_of_a_node_without_a_usable_name_is_its_key(changed):
    data = node(0, "RUNNING", 0, None, node(1, "FINISHED", 9, 8, elapsed_time=0, **changed))

    assert {violation.path for violation in broken_rules(prepared(data))} == {node_id(1)}


@examples(150)
@given(st.sampled_from(EDITIONS), st.dictionaries(st.sampled_from(FIELDS), JSON), st.dictionaries(st.text(), JSON))
def test_rules_survive_any_value(edition, changes, request_):
    leaf = {**node(2, "FAILED", 1, 2), **changes}
    inner = {**node(1, "FAILED", 0, None), "children": {node_id(2): leaf}, **changes}
    data = {**node(0, "FAILED", 0, None), "children": {node_id(1): inner}, **changes}
    for tree in (data, {**data, "children": {node_id(1): inner}}):
        document = prepared(tree, edition, {**request_, "with_ex_data": [], "task_id": {}, "subprocess_id": 5})
        assert all(violation.pointer.startswith("/data") for violation in broken_rules(document))


def test_rules_survive_numbers_too_long_to_print():
    data = node(0, "RUNNING", 0, None, node(1, "RUNNING", 0), loop=10**5000, retry=-(10**5000), elapsed_time=10**5000)
    assert any(line.startswith("elapsed.now at /data/elapsed_time") for line in found(data))


def test_rules_survive_a_tree_20000_levels_deep_on_a_small_stack():
    tree = node(0, "RUNNING", 0)
    tree["root_id:"] = tree["id"]
    for number in range(1, 20_000):
        tree = {**node(number, "RUNNING", 0), "children": {tree["id"]: {**tree, "parent_id": node_id(number)}}}
    tree["root_id:"], tree["parent_id"] = node_id(0), node_id(50_000)
    codes = []

    def judge():
        document = prepared(tree)
        codes.extend(violation.code for violation in itertools.islice(broken_rules(document), 10))
        del document

    previous = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=judge)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(previous)
    assert codes == []


def test_rules_take_time_in_proportion_to_the_nodes():
    def judge(nodes):
        leaves = [node(number, "FINISHED", 1, 2) for number in range(1, nodes)]
        document = prepared(node(0, "RUNNING", 0, None, *leaves))
        return lambda: list(broken_rules(document))

    assert growth(judge(500), judge(4000)) < 24  # eight times in proportion, 64 times where it grows with the square
