"""What is done about failures: retry, skip, forced failure, callback; and when it is refused."""

import pytest

from support.scenario_building import (
    act,
    conditional,
    exclusive,
    given,
    history,
    play,
    refusal,
    rows,
    states,
    sub,
    tree,
    waits,
)
from taskmock.mockserver.core.graph import NodeKind
from taskmock.mockserver.core.state import State

STEPS = play(act("A", 2), act("B", 2), act("C", 2), dispatch=100)
FAILS = play(act("A", 1), act("B", (1, "disk full"), (1, "again"), 1), act("C", 1), dispatch=100)
NESTED = play(act("A", 1), sub("S", act("S1", 2), act("S2", 2)), act("C", 1), dispatch=100)
GATEWAY = "n" + 31 * "a"
NO_ARM = play(exclusive(None, id=GATEWAY, a=[act("A", 1)], b=[act("B", 1)]), act("C", 1), dispatch=100)


# -- retry, skip and the rest of what is done to a failed node


def test_retried_node_is_ready_with_one_more_retry_a_new_version_and_no_times():
    retry = given(5, "retry", "B")

    before, after = (rows(tree(FAILS, at, retry))["B"] for at in (4.999, 5))

    assert (before.state, before.retry) == (State.FAILED, 0)
    assert (after.state, after.retry, after.start, after.finish, after.ex_data) == (State.READY, 1, None, None, None)
    assert after.version != before.version


def test_retried_node_runs_its_next_attempt_one_message_later():
    log = given(5, "retry", "B"), given(10, "retry", "B")

    second = rows(tree(FAILS, 7, *log))["B"]
    third = rows(tree(FAILS, 10.1, *log))["B"]

    assert (second.state, second.ex_data) == (State.FAILED, "again")
    assert (third.state, third.retry, third.start) == (State.RUNNING, 2, 10_100)
    assert states(tree(FAILS, 20, *log))["task"] == "FINISHED"


def test_retry_leaves_the_counters_of_ancestors():
    script = play(sub("S", act("B", (1, "no"), 1)))

    done = rows(tree(script, 10, given(5, "retry", "B")))

    assert [done[name].retry for name in ("task", "S", "S / B")] == [0, 0, 1]


def test_last_attempt_is_made_by_all_later_retries():
    script = play(act("A", (1, "first"), (1, "last")))

    log = [given(at, "retry", "A") for at in (5, 10, 15)]

    assert rows(tree(script, 20, *log))["A"].ex_data == "last"


def test_skipped_node_is_finished_now_with_a_new_version():
    before = rows(tree(FAILS, 4))["B"]

    after = rows(tree(FAILS, 5, given(5, "skip", "B")))["B"]

    assert (after.state, after.skip, after.retry) == (State.FINISHED, True, 0)
    assert (after.start, after.finish, after.ex_data) == (before.start, 5000, None)
    assert after.version != before.version


def test_task_goes_on_behind_a_skipped_node():
    skip = given(5, "skip", "B")

    assert "C" not in rows(tree(FAILS, 5.09, skip))
    assert states(tree(FAILS, 5.1, skip))["C"] == "RUNNING"
    assert states(tree(FAILS, 10, skip))["task"] == "FINISHED"


def test_skip_in_engine_1_keeps_the_version_and_sets_both_times_to_now():
    before = rows(tree(FAILS, 4, edition="v1"))["B"]

    after = rows(tree(FAILS, 5, given(5, "skip", "B"), edition="v1"))["B"]

    assert (after.state, after.skip) == (State.FINISHED, True)
    assert (after.start, after.finish, after.version) == (5000, 5000, before.version)


@pytest.mark.parametrize("verb", ["retry", "skip"])
def test_task_of_engine_1_is_ready_until_the_next_message(verb):
    script = play(sub("S", act("B", (1, "no"), 1)), dispatch=100)
    log = given(5, verb, "B")

    assert states(tree(script, 4, log, edition="v1"))["task"] == "FAILED"
    assert states(tree(script, 5, log, edition="v1"))["task"] == "READY"
    assert states(tree(script, 5, log, edition="v1"))["S"] == "RUNNING"
    assert states(tree(script, 5.1, log, edition="v1"))["task"] == "RUNNING"


@pytest.mark.parametrize("verb", ["retry", "skip"])
@pytest.mark.parametrize(
    ("at", "target", "reason"),
    [
        (1.5, "A", "ID state is not FAILED, actual FINISHED"),
        (0.5, "A", "ID state is not FAILED, actual RUNNING"),
        (1.5, "C", "State matching query does not exist."),
    ],
)
def test_node_that_has_not_failed_refuses_retry_and_skip(verb, at, target, reason):
    assert refusal(FAILS, at, verb, target) == reason


def test_subprocess_that_failed_by_a_node_inside_is_not_retried():
    script = play(sub("S", sub("T", act("B", (1, "no")))))

    assert refusal(script, 5, "retry", "S") == "ID state is not FAILED, actual RUNNING"
    assert refusal(script, 5, "retry", "S", edition="v1") == (
        "can't not retry a subprocess or this process has been revoked"
    )


def test_subprocess_that_failed_on_its_own_inputs_cannot_be_skipped():
    script = play(sub("S", act("A", 1), fails="bad inputs"), act("B", 1))

    assert states(tree(script, 5))["S"] == "FAILED"
    assert rows(tree(script, 5))["S"].ex_data == "bad inputs"
    assert refusal(script, 5, "skip", "S") == "can not skip this node"
    assert refusal(script, 5, "skip", "S", edition="v1") == "can't skip this type of node"


def test_resumed_failed_node_is_ready_for_ever_with_its_times():
    log = given(9, "resume", "B")

    row = rows(tree(FAILS, 999, log))["B"]

    assert (row.state, row.start, row.finish is None) == (State.READY, 1300, False)
    assert refusal(FAILS, 10, "retry", "B", log) == "ID state is not FAILED, actual READY"


def test_failed_gateway_is_skipped_into_the_arm_that_is_named():
    skipped = tree(NO_ARM, 5, given(5, "skip_exg", GATEWAY, "b"))

    gateway = rows(skipped)["exclusive"]
    assert (gateway.state, gateway.skip, gateway.finish, gateway.ex_data) == (State.FINISHED, True, 5000, None)
    assert list(rows(tree(NO_ARM, 20, given(5, "skip_exg", GATEWAY, "b")))) == [
        *("task", "start", "exclusive", "B", "converge", "C", "end"),
    ]


def test_failed_gateway_says_why():
    assert rows(tree(NO_ARM, 5))["exclusive"].ex_data == "all conditions of branches are not meet"


@pytest.mark.parametrize(
    ("verb", "data", "reason"),
    [
        ("skip_exg", "c", "no arm 'c'; the gateway's arms are a, b"),
        ("skip_exg", None, "no arm None; the gateway's arms are a, b"),
        ("skip", None, "can not use skip_node api for NodeType.ExclusiveGateway"),
        ("retry", None, "bamboo_engine.exceptions.NotFoundError"),
    ],
)
def test_failed_gateway_refuses(verb, data, reason):
    assert refusal(NO_ARM, 5, verb, GATEWAY, data=data) == reason


@pytest.mark.parametrize(
    ("verb", "data", "reason"),
    [
        ("skip_exg", "a", "ID is not exclusive gateway, actual: ServiceActivity"),
        ("skip_cpg", ["a"], "ID is not conditional parallel gateway, actual: ServiceActivity"),
    ],
)
def test_failed_activity_is_skipped_as_no_gateway(verb, data, reason):
    assert refusal(FAILS, 5, verb, "B", data=data) == reason


NO_ARMS = play(conditional(a=[act("A", 1)], b=[act("B", 2)], c=[act("C", 3)]), act("D", 1))


def conditional_of(edition="v2"):
    """The id of the one gateway that splits the flow."""
    graph = history(NO_ARMS, edition=edition).graph
    return next(node.id for node in graph.nodes if node.kind is NodeKind.CONDITIONAL)


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_failed_conditional_gateway_is_skipped_into_the_arms_that_are_named(edition):
    log = given(5, "skip_cpg", conditional_of(edition), ["c", "a", "c"])

    shown = states(tree(NO_ARMS, 20, log, edition=edition))

    assert states(tree(NO_ARMS, 5, edition=edition))["conditional"] == "FAILED"
    assert rows(tree(NO_ARMS, 7, log, edition=edition))["conditional"].skip
    assert [name for name in shown if name in "ABCD"] == ["C", "A", "D"]
    assert shown["task"] == "FINISHED"


@pytest.mark.parametrize(
    ("verb", "data", "reason"),
    [
        ("skip_cpg", ["a", "x"], "no arm 'x'; the gateway's arms are a, b, c"),
        ("skip_cpg", [], "at least one arm has to be taken"),
        ("skip_cpg", None, "no arm None; the gateway's arms are a, b, c"),
        ("skip_exg", "a", "ID is not exclusive gateway, actual: ConditionalParallelGateway"),
        ("skip", None, "can not skip this node"),
    ],
)
def test_failed_conditional_gateway_refuses(verb, data, reason):
    assert refusal(NO_ARMS, 5, verb, conditional_of(), data=data) == reason


def test_failed_exclusive_gateway_refuses_skip_cpg():
    assert refusal(NO_ARM, 5, "skip_cpg", GATEWAY, data=["a"]) == (
        "ID is not conditional parallel gateway, actual: ExclusiveGateway"
    )


# -- forced failure and callback


def test_node_failed_by_force_says_by_whom_and_has_a_new_version():
    before = rows(tree(STEPS, 1))["A"]

    after = rows(tree(STEPS, 3, given(1, "forced_fail", "A")))["A"]

    assert (after.state, after.finish) == (State.FAILED, 1000)
    assert after.ex_data == "The node has been terminated by admin."
    assert after.version != before.version
    assert states(tree(STEPS, 60, given(1, "forced_fail", "A")))["task"] == "FAILED"


def test_node_failed_by_force_says_what_was_given():
    assert rows(tree(STEPS, 3, given(1, "forced_fail", "A", "by hand")))["A"].ex_data == "by hand"


def test_ignored_node_fails_when_forced():
    script = play(act("A", 5, ignored=True))

    assert states(tree(script, 3, given(1, "forced_fail", "A")))["A"] == "FAILED"


def test_only_running_activities_can_be_failed_by_force():
    assert refusal(STEPS, 3, "forced_fail", "A") == "ID state is not RUNNING, actual: FINISHED"
    assert refusal(NESTED, 2, "forced_fail", "S") == "ID is not activity, actual: SubProcess"


def test_waiting_node_runs_until_called_back():
    script = play(waits("W"), act("A", 1))

    assert states(tree(script, 999))["W"] == "RUNNING"
    assert rows(tree(script, 5, given(5, "callback", "W")))["W"].finish == 5000
    assert states(tree(script, 7, given(5, "callback", "W")))["task"] == "FINISHED"


@pytest.mark.parametrize(
    ("answer", "said"),
    [({"result": False, "ex_data": {"who": "ops"}}, {"who": "ops"}), ({"result": False}, "callback failed")],
)
def test_waiting_node_fails_when_called_back_with_a_failure(answer, said):
    row = rows(tree(play(waits("W")), 5, given(5, "callback", "W", answer)))["W"]

    assert (row.state, row.ex_data) == (State.FAILED, said)


def test_callback_that_is_no_failure_is_a_success():
    assert states(tree(play(waits("W")), 5, given(5, "callback", "W", {"result": True})))["W"] == "FINISHED"


def test_callback_for_a_node_that_does_not_wait_is_accepted_without_effect():
    assert history(STEPS, given(1, "callback", "A")).changes == history(STEPS).changes
    assert history(FAILS, given(9, "callback", "B")).changes == history(FAILS).changes


def test_callback_for_a_node_that_nothing_is_at_is_refused():
    no_process = "can not find sleep process with current node id: ID"
    assert refusal(NESTED, 2, "callback", "S") == no_process
    assert refusal(play(waits("W")), 2, "callback", "W", given(1, "callback", "W")) == no_process
