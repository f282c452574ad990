"""What the title of each shipped scenario promises really happens to a client."""

import itertools
import json

import pytest

from support.library_playing import LARGE, Stand, by_wall, nodes, scenario, states
from taskmock.mockserver import frames
from taskmock.mockserver.clock import ClockMode


def node_states(name, node):
    """The states of one node in the order in which a client sees them."""
    found = []
    for frame in frames(name):
        if isinstance(frame.body, dict) and frame.body.get("data"):
            shown = nodes(frame.body["data"]).get(node)
            if shown and (not found or found[-1] != shown["state"]):
                found.append(shown["state"])
    return found


def last_data(name):
    return frames(name)[-1].body["data"]


def refusals(name):
    """The codes of the answers whose result is false, in their order."""
    return [frame.body["code"] for frame in frames(name) if isinstance(frame.body, dict) and not frame.body["result"]]


def test_nested_subprocess_failure_fails_every_ancestor_and_one_leaf():
    found = nodes(last_data("nested-subprocess-failure"))

    failed = {name for name, node in found.items() if node["state"] == "FAILED"}
    leaves = {name for name in failed if not found[name]["children"]}
    assert failed == {"Release to production", "Roll out", "First cluster", "Hosts", "Restart the service"}
    assert leaves == {"Restart the service"}
    assert "Check health" not in found


def test_failed_then_retried_shows_ready_with_null_times_and_finishes():
    copies = [nodes(frame.body["data"]).get("Copy to hosts") for frame in frames("failed-then-retried")]
    ready = [copy for copy in copies if copy and copy["state"] == "READY"]
    failed = [copy for copy in copies if copy and copy["state"] == "FAILED"]

    assert [(copy["retry"], copy["start_time"], copy["finish_time"]) for copy in ready] == [
        (1, None, None),
        (2, None, None),
    ]
    assert ready[0]["version"] != failed[0]["version"]
    assert states(frames("failed-then-retried")) == [
        "CREATED", "RUNNING", "FAILED", "RUNNING", "FAILED", "RUNNING", "FINISHED",
    ]  # fmt: skip


def test_node_suspended_shows_it_on_all_ancestors_until_resumed():
    suspended = [frame for frame in frames("node-suspended") if frame.state == "NODE_SUSPENDED"]
    found = nodes(suspended[0].body["data"])

    assert (found["Migrate"]["state"], found["Change the schema"]["state"]) == ("NODE_SUSPENDED", "SUSPENDED")
    assert states(frames("node-suspended")) == ["CREATED", "RUNNING", "NODE_SUSPENDED", "RUNNING", "FINISHED"]


def test_task_paused_lets_the_leaf_finish_and_none_begin():
    paused = [nodes(frame.body["data"]) for frame in frames("task-paused") if frame.state == "SUSPENDED"]

    assert [found["Patch hosts"]["state"] for found in paused] == ["RUNNING", "FINISHED"]
    assert all("Open hosts" not in found for found in paused)
    assert frames("task-paused")[-1].state == "FINISHED"


def test_stale_answers_go_backwards_and_stay_failed_after_the_retry():
    played = frames("stale-answers", seed="1")
    ages = [frame.body["data"]["elapsed_time"] for frame in played]
    retried = next(entry.at for entry in Stand("stale-answers", ClockMode.POLLS).history.given)

    assert any(later < earlier for earlier, later in itertools.pairwise(ages))
    assert "FAILED" in {frame.state for frame in played if frame.moment * 1000 >= retried}


def test_stale_answer_is_never_older_than_the_cache_keeps_it():
    running = [frame for frame in frames("stale-answers") if frame.state not in {"CREATED", "FINISHED"}]
    ages = [frame.moment - 1 - frame.body["data"]["elapsed_time"] for frame in running]  # the task starts at 1 s

    assert 0 < max(ages) <= 10.5


def test_slow_start_stays_created_for_several_polls():
    stand = Stand("slow-start", ClockMode.WALL)
    shown = []
    for second in range(0, 20, 2):
        stand.clock.set(second)
        shown.append(stand.poll()[0])

    created = [frame.body["data"] for frame in shown if frame.state == "CREATED"]
    assert len(created) == 8
    assert all(len(data) == 8 and "id" not in data for data in created)


def test_revoked_midway_never_shows_an_end_event():
    revoked = [frame.body["data"]["children"] for frame in frames("revoked-midway") if frame.state == "REVOKED"]
    rebuilds = [next(child for child in children.values() if child["name"] == "Rebuild") for children in revoked]

    assert [rebuild["state"] for rebuild in rebuilds] == ["RUNNING", "FINISHED"]
    assert [len(children) for children in revoked] == [3, 3]  # the start event and two nodes
    assert [child["name"] for child in revoked[-1].values()] == ["", "Lock", "Rebuild"]


def test_paused_running_node_is_ready_forever_in_a_running_task():
    assert node_states("paused-running-node", "Copy") == ["RUNNING", "SUSPENDED", "READY"]
    assert states(frames("paused-running-node")) == ["CREATED", "RUNNING", "NODE_SUSPENDED", "RUNNING", "REVOKED"]
    assert nodes(last_data("paused-running-node"))["Copy"]["start_time"] is not None


def test_operated_after_end_changes_nodes_that_nothing_runs():
    revoked = [nodes(frame.body["data"])["Update west"] for frame in frames("operated-after-end")[-3:]]

    assert [(node["state"], node["retry"]) for node in revoked] == [("RUNNING", 0), ("FAILED", 0), ("READY", 1)]
    assert states(frames("operated-after-end")) == ["CREATED", "RUNNING", "REVOKED"]


def test_revoked_while_retrying_is_retried_after_the_revoke():
    revoked = [frame.body["data"] for frame in frames("revoked-while-retrying") if frame.state == "REVOKED"]
    found = [nodes(data)["Register"] for data in revoked]

    assert [(node["state"], node["retry"], node["start_time"] is None) for node in found] == [
        ("FAILED", 1, False),
        ("READY", 2, True),
    ]


@pytest.mark.parametrize("name", ["paused-running-node", "operated-after-end", "revoked-while-retrying"])
def test_traps_are_named_as_what_they_show(name):
    """Scenario, header and journal have one name for one trap, also on a server without quirks."""
    assert {trap.name for trap in Stand(name, ClockMode.POLLS).history.traps} == {name}
    assert scenario(name).quirks == "real"


def test_expired_leaves_two_keys():
    assert last_data("expired") == {"state": "EXPIRED", "name": "Last month's release"}
    assert states(frames("expired")) == ["CREATED", "RUNNING", "FINISHED", "EXPIRED"]


def test_transient_backend_error_is_good_before_and_after():
    played = frames("transient-backend-error")

    assert refusals("transient-backend-error") == [1306201, 1306201]
    assert [frame.status for frame in played].count(502) == 2
    assert played[-1].state == "FINISHED"


def test_permission_lost_never_comes_back():
    played = by_wall("permission-lost")

    assert [frame.body["result"] for frame in played] == [True, True, True, False]
    assert played[-1].body["code"] == 3599999
    assert played[-1].body["message"] == "iam authentication exception, please check, action:task_view"


def test_permission_lost_refuses_still_at_the_end():
    stand = Stand("permission-lost", ClockMode.WALL)
    stand.clock.set(3600)

    assert stand.poll()[0].body["result"] is False


def test_bad_credentials_are_refused_in_every_way_then_good_again():
    assert refusals("bad-credentials") == [1306000] * 5 + [1306403]
    assert len({json.dumps(frame.body["message"]) for frame in frames("bad-credentials")}) == 7
    assert frames("bad-credentials")[-1].state == "FINISHED"


def test_rate_limited_recovers():
    assert refusals("rate-limited") == [1306429] * 3
    assert frames("rate-limited")[-1].state == "FINISHED"


def test_backend_timeout_meets_every_bad_line():
    kinds = [str(kind) for frame in frames("backend-timeout") for kind in frame.faults]

    assert kinds == ["delay", "http", "drip", "truncate", "reset", "empty"]
    assert frames("backend-timeout")[-1].state == "FINISHED"


def test_truncated_answer_is_no_whole_body():
    (cut,) = [frame for frame in frames("backend-timeout") if "truncate" in frame.faults]

    assert isinstance(cut.body, bytes)
    assert len(cut.body) == 120


def test_parallel_arm_fails_while_the_other_runs_on():
    failed = [nodes(frame.body["data"]) for frame in frames("parallel-arm-fails") if frame.state == "FAILED"]

    assert [found["Copy south"]["state"] for found in failed] == ["RUNNING", "FINISHED", "FINISHED"]
    assert failed[-1]["Restart south"]["state"] == "FINISHED"
    assert "Announce" not in failed[-1]


def test_auto_retry_flickers_and_succeeds():
    assert node_states("auto-retry-flicker", "Register") == [
        "RUNNING", "FAILED", "READY", "RUNNING", "FAILED", "READY", "RUNNING", "FAILED", "READY", "RUNNING", "FINISHED",
    ]  # fmt: skip
    assert nodes(last_data("auto-retry-flicker"))["Register"]["retry"] == 3


def test_skipped_and_ignored_end_finished():
    found = nodes(last_data("skipped-and-ignored"))
    skipped, ignored = found["Stop the agents"], found["Notify the owners"]

    assert (skipped["state"], skipped["skip"], skipped["error_ignored"]) == ("FINISHED", True, False)
    assert (ignored["state"], ignored["skip"], ignored["error_ignored"]) == ("FINISHED", False, True)


def test_not_found_is_said_in_every_way():
    assert refusals("not-found") == [3599999, 3540400, 3540100, 1306201]


def test_loop_reentry_shows_later_passes():
    reads = [nodes(frame.body["data"]).get("Read the queue") for frame in frames("loop-reentry")]
    passes = [(read["loop"], read["state"]) for read in reads if read]

    assert list(dict.fromkeys(passes)) == [
        (1, "RUNNING"), (1, "FINISHED"), (2, "RUNNING"), (2, "FINISHED"), (3, "RUNNING"), (3, "FINISHED"),
    ]  # fmt: skip


def test_loop_reentry_ends_at_the_rerun_limit_until_somebody_skips_the_node():
    polls = [nodes(frame.body["data"]).get("Poll once more") for frame in frames("loop-reentry")]
    passes = [(poll["loop"], poll["state"], poll["skip"]) for poll in polls if poll]

    assert list(dict.fromkeys(passes)) == [
        (1, "RUNNING", False),
        (2, "RUNNING", False),
        (3, "RUNNING", False),
        (3, "FAILED", False),
        (3, "FINISHED", True),
    ]


def test_forced_fail_ends_a_node_by_hand_and_another_by_its_time_out():
    stand = Stand("forced-fail", ClockMode.INSTANT)
    said = {change.row.ex_data for change in stand.history.changes if change.row and change.row.state == "FAILED"}

    assert said == {
        "The node has been terminated by admin.",
        "The node has been terminated by the system due to exceeding the 'Timeout Setting'.",
    }
    assert node_states("forced-fail", "Recalculate")[:2] == ["RUNNING", "FAILED"]
    assert nodes(last_data("forced-fail"))["Compress"]["state"] == "FAILED"


def test_malformed_envelopes_come_in_every_shape():
    bodies = [frame.body for frame in frames("malformed-envelope") if "body" in frame.faults]

    assert bodies == [
        {"result": True, "code": 0, "message": ""},
        {"result": False, "data": "", "code": 3599999, "message": "unknown error"},
        b"<html><body><h1>Please log in</h1></body></html>",
        b"null",
        {"result": True, "data": None, "code": 0, "message": ""},
    ]
    assert any(
        "Traceback" in frame.body["message"] for frame in frames("malformed-envelope") if "envelope" in frame.faults
    )


def test_unknown_state_is_shown_and_goes_away():
    shown = [frame.body["data"]["state"] for frame in frames("unknown-state")]

    assert shown == ["CREATED", "RUNNING", "BALANCING", "FINISHED"]


def test_float_elapsed_time_has_a_fraction():
    elapsed = [frame.body["data"]["elapsed_time"] for frame in frames("float-elapsed-time")]

    assert any(isinstance(seconds, float) and seconds % 1 for seconds in elapsed)


def test_duplicate_names_are_four_nodes_and_the_task():
    found, waiting = [], [last_data("duplicate-names")]
    while waiting:
        node = waiting.pop()
        found.append(node["name"])
        waiting.extend(node["children"].values())

    assert found.count("Restart") == 4


def test_hostile_text_is_hostile():
    names = set(nodes(last_data("hostile-text")))

    assert "<img src=x onerror=alert(1)>" in names
    assert any("\n" in name for name in names)
    assert any("\u202e" in name for name in names)
    assert max(map(len, names)) == 10_000
    said = [change.row.ex_data for change in Stand("hostile-text", ClockMode.POLLS).history.changes if change.row]
    assert max(len(text) for text in said if text) == 10_000


def size(name):
    """The nodes of the last answer, and how many levels there are below the task."""
    stand = Stand(name, ClockMode.INSTANT)
    waiting, count, deepest = [(stand.poll()[0].body["data"], 0)], 0, 0
    while waiting:
        node, depth = waiting.pop()
        count, deepest = count + 1, max(deepest, depth)
        waiting.extend((child, depth + 1) for child in node["children"].values())
    return count, deepest


def test_large_scenarios_are_as_large_as_they_say():
    sizes = {name: size(name) for name in LARGE}

    assert sizes["wide-500"][0] == 505
    assert sizes["deep-30"][1] == 30
    assert sizes["big-1000"][0] == 1_000
    assert sizes["big-10000"][0] == 10_000


def test_deep_30_fails_at_the_deepest_level():
    data, depth = Stand("deep-30", ClockMode.INSTANT).poll()[0].body["data"], 0
    while data["children"]:
        data = next(child for child in data["children"].values() if child["state"] == "FAILED")
        depth += 1

    assert depth == 30


def test_wide_500_runs_all_arms_at_once():
    stand = Stand("wide-500", ClockMode.WALL)
    running = [child for child in stand.at(1_500).body["data"]["children"].values() if child["state"] == "RUNNING"]

    assert len(running) == 500
    assert scenario("wide-500").ends == "FINISHED"
