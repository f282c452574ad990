"""Rules about the node that `get_task_node_detail` shows, and about its earlier runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from taskmock.contracts.api.bk_sops.call_rules.document import CallDocument, moment
from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.findings.rule import Finding, Rule, rule

RULES: list[Rule[CallDocument]] = []


@rule("node-detail.request", RULES)
def node_answers_request(document: CallDocument) -> Iterator[Finding]:
    """`id` is that of the node that was asked for."""
    asked, own = document.asked("node_id"), document.top.value.get("id")
    if isinstance(asked, str) and isinstance(own, str) and own != asked:
        yield Finding(document.top, ("id",), "the request asked for node {0}", "{0}", (asked,))


@rule("histories.state", RULES, applies_to=ENGINES)
def earlier_runs_have_failed(document: CallDocument) -> Iterator[Finding]:
    """A run is recorded when it failed and is retried, so it is FAILED."""
    for index, run in _runs(document):
        if isinstance(run.get("state"), str) and run["state"] != "FAILED":
            yield Finding(document.top, ("histories", index, "state"), "an earlier run is not FAILED", "FAILED")


@rule("histories.loop", RULES, applies_to=ENGINES)
def earlier_runs_are_of_this_pass(document: CallDocument) -> Iterator[Finding]:
    """`histories` has the runs of the pass that is told of, no others."""
    loop = document.top.value.get("loop")
    for index, run in _runs(document):
        if type(loop) is int and type(run.get("loop")) is int and run["loop"] != loop:
            message = "an earlier run is of another pass of the loop"
            yield Finding(document.top, ("histories", index, "loop"), message, "{0}", (str(loop),))


@rule("histories.order", RULES)
def earlier_runs_are_in_order(document: CallDocument) -> Iterator[Finding]:
    """`histories` has the oldest run first, and none that starts after the run that is told of."""
    latest = None
    for index, run in _runs(document):
        started = moment(run.get("start_time"))
        if started is not None and latest is not None and started < latest:
            message = "an earlier run starts before the one in front of it"
            yield Finding(document.top, ("histories", index, "start_time"), message, "the oldest run first")
        latest = started if started is not None else latest
    last = moment(document.top.value.get("start_time"))
    if latest is not None and last is not None and latest > last:
        message = "an earlier run starts after the run that is told of"
        yield Finding(document.top, ("start_time",), message, "the start of the last earlier run, or later")


@rule("histories.times", RULES)
def earlier_runs_end_after_their_start(document: CallDocument) -> Iterator[Finding]:
    """An earlier run ended when it started, or later."""
    for index, run in _runs(document):
        started, finished = moment(run.get("start_time")), moment(run.get("finish_time"))
        if started is not None and finished is not None and finished < started:
            message = "an earlier run ended before it started"
            yield Finding(document.top, ("histories", index, "finish_time"), message, "start_time or later")


@rule("node-detail.retries", RULES, applies_to=("v2",))
def automatic_retries_are_the_nodes_own(document: CallDocument) -> Iterator[Finding]:
    """`auto_retry_info` names the node that is told of, which has not retried more often than it may."""
    data = document.top.value
    info = data.get("auto_retry_info")
    if not isinstance(info, dict):
        return
    named, times, most = (info.get(key) for key in ("node_id", "auto_retry_times", "max_auto_retry_times"))
    if isinstance(named, str) and isinstance(data.get("id"), str) and named != data["id"]:
        where = ("auto_retry_info", "node_id")
        yield Finding(document.top, where, "the retries are of another node", "{0}", (data["id"],))
    if type(times) is int and type(most) is int and times > most:
        where = ("auto_retry_info", "auto_retry_times")
        yield Finding(document.top, where, "more automatic retries than allowed", "max_auto_retry_times at most")


def _runs(document: CallDocument) -> Iterator[tuple[int, dict[str, Any]]]:
    runs = document.top.value.get("histories")
    for index, run in enumerate(runs) if isinstance(runs, list) else ():
        if isinstance(run, dict):
            yield index, run
