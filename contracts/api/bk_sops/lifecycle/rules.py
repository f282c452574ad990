"""The rules that relate two answers of one task: the task, its nodes, their counters and times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import FINAL, ROLLING_BACK, ROUNDING, count, field
from taskmock.contracts.api.bk_sops.lifecycle.step import Pair, Step
from taskmock.contracts.api.bk_sops.rules.document import Observed
from taskmock.contracts.api.bk_sops.rules.traps import ONLY
from taskmock.contracts.findings.rule import Finding, Rule, fact, rule
from taskmock.contracts.findings.violation import Severity, clip

ROLLBACK = "rollback"
"""The event between two answers that excuses findings."""


PYTHON_CLASS = "<class "
"""How the name begins that engine 1 gives to what has none."""

RULES: list[Rule[Step]] = []
"""Every lifecycle rule, in the order in which a step is judged; the codes are unique and stable."""


@rule("task.other", RULES)
def answers_are_of_one_task(step: Step) -> Iterator[Finding]:
    """The task's `id` never changes."""
    if step.of_another_task:
        yield _changed(step.before.top, step.after.top, "id", "the answer is of another task")


@rule("task.terminal", RULES)
def ended_task_stays_as_it_is(step: Step) -> Iterator[Finding]:
    """FINISHED, REVOKED and EXPIRED are final for a task: only the cleaning of its history (EXPIRED) follows."""
    before, after = step.before.top, step.after.top
    ended = before.state == "EXPIRED" or (before.state in FINAL and step.before.document.is_whole_task)
    if ended and after.state not in {before.state, "EXPIRED", ""} and not step.of_another_task:
        yield Finding(after, ("state",), "the task was {0} and is {1}", "{0}", (before.state, clip(after.state)))


@rule("task.unstarted", RULES, excuse=ROLLBACK)
def started_task_is_not_created_again(step: Step) -> Iterator[Finding]:
    """CREATED is a task's first state only: created, not executed."""
    before, after = step.before.top, step.after.top
    if after.state == "CREATED" and before.state not in {"CREATED", ""}:
        # the place, not the node: no rollback takes a task back, be the node a new one
        yield Finding(
            after.place, ("state",), f"it was {clip(before.state)} and is CREATED", "a state of a started task"
        )


@rule("task.start", RULES)
def start_of_the_task_stays(step: Step) -> Iterator[Finding]:
    """The root's `start_time` never changes, retries and rollback included."""
    if not step.of_task or step.before.top.start is None:
        return
    if step.after.top.start != step.before.top.start and step.after.top.state != "CREATED":
        yield _changed(step.before.top, step.after.top, "start_time", "the task's start_time is another one")


@rule("task.version", RULES, applies_to=("v2",))
def version_of_the_task_stays(step: Step) -> Iterator[Finding]:
    """The root's `version` never changes, retries and rollback included."""
    if step.of_task and not step.pairs[0].same_version:
        yield _changed(step.before.top, step.after.top, "version", "the task's version is another one")


@rule("task.elapsed", RULES, reads=("start_time",), applies_to=ENGINES)
def elapsed_time_of_the_task_grows(step: Step) -> Iterator[Finding]:
    """`elapsed_time` of a task that has not ended keeps growing, in every state."""
    before, after = step.before, step.after
    if not step.pairs or before.top.start != after.top.start or before.top.loop != after.top.loop:
        return
    if before.now is not None and after.now is not None and after.now < before.now - ROUNDING:
        fallen = before.now - after.now
        names = (f"{fallen:.10g}", clip(field(before.top, "elapsed_time")))
        yield Finding(after.top, ("elapsed_time",), "elapsed_time fell by {0} s", "{1} or more", names)


@rule("task.grows", RULES)
def ended_task_reaches_no_further_node(step: Step) -> Iterator[Finding]:
    """A FINISHED task has reached all its nodes; after a revoke there is no further node."""
    state = step.before.top.state
    if not step.of_task or state not in {"FINISHED", "REVOKED"} or step.after.top.state != state:
        return
    for pair in step.pairs:
        for node in pair.come:
            message, reads = "the task was {0} and reached one more node", (fact(step.after.top, "state"),)
            yield Finding(node, (), message, "no further node", (state,), reads=reads)


@rule("node.vanished", RULES, excuse=ROLLBACK)
def nodes_stay(step: Step) -> Iterator[Finding]:
    """Outside rollback the set of nodes only grows."""
    for pair in step.pairs:
        for node in pair.gone:
            message, reads = f"the {clip(node.state)} node is no longer there", (fact(pair.after, "children"),)
            yield Finding(node, (), message, "the nodes there were, and more", reads=reads)


@rule("node.order", RULES, excuse=ROLLBACK)
def order_of_the_nodes_stays(step: Step) -> Iterator[Finding]:
    """`children` stand in the order of first execution, which never changes; an appointed pause keeps a place free."""
    for pair in step.pairs:
        earlier = [node.place.key for node in pair.before.children]
        later = [node.place.key for node in pair.after.children]
        if later[: len(earlier)] == earlier:
            continue
        both = set(earlier).intersection(later)
        kept, order = ([key for key in keys if key in both] for keys in (earlier, later))
        if kept != order:
            moved = next(new for old, new in zip(kept, order, strict=True) if old != new)
            node = next(child for child in pair.after.children if child.place.key == moved)
            message, reads = "the node has another place among its siblings", (fact(pair.after, "children"),)
            yield Finding(node, (), message, "the order there was", reads=reads)


@rule("node.finished", RULES, reads=("loop",), excuse=ROLLBACK)
def finished_node_stays_finished(step: Step) -> Iterator[Finding]:
    """A FINISHED node runs again only in a further pass of a loop (whose limit may fail it), or after a rollback."""
    for pair in _within_a_pass(step):
        before, after = pair.before.state, pair.after.state
        if before == "FINISHED" and after not in {"FINISHED", ""} | ROLLING_BACK and not pair.hit_rerun_limit:
            yield Finding(pair.after, ("state",), f"a FINISHED node is {clip(after)}", "FINISHED, or a higher loop")


@rule("node.failed", RULES, reads=("retry", "skip", "finish_time"), excuse=ROLLBACK)
def failed_node_waits_for_a_command(step: Step) -> Iterator[Finding]:
    """A node that failed goes on only after a retry (`retry` + 1) or a skip (`skip` true)."""
    for pair in _within_a_pass(step):
        if pair.before.state != "FAILED" or pair.after.state in {"FAILED", "LOOP_READY", ""} | ROLLING_BACK:
            continue
        failed_by_itself = pair.before.leaf and pair.after.leaf and pair.before.finish is not None
        if failed_by_itself and pair.same_count and not pair.was_skipped and not step.trap_of(pair):
            message = f"a FAILED node is {clip(pair.after.state)} without a retry or a skip"
            yield Finding(pair.after, ("state",), message, "FAILED, a higher retry, or skip")


@rule("node.revoked", RULES)
def revoked_node_stays_revoked(step: Step) -> Iterator[Finding]:
    """Nothing follows REVOKED."""
    for pair in _within_a_pass(step):
        if pair.before.state == "REVOKED" and pair.after.state not in {"REVOKED", ""}:
            yield Finding(pair.after, ("state",), f"a REVOKED node is {clip(pair.after.state)}", "REVOKED")


@rule("node.skip", RULES, reads=("loop",), excuse=ROLLBACK)
def skipped_node_stays_skipped(step: Step) -> Iterator[Finding]:
    """A skipped node is FINISHED and stays skipped; only a new pass sets `skip` false."""
    for pair in _within_a_pass(step):
        if field(pair.before, "skip") is True and field(pair.after, "skip") is False:
            yield Finding(pair.after, ("skip",), "the node is no longer marked as skipped", "true")


def _changed(before: Observed, after: Observed, name: str, message: str) -> Finding:
    """The finding that a field has not kept its value."""
    return Finding(after, (name,), message, clip(field(before, name)))


def _within_a_pass(step: Step) -> Iterator[Pair]:
    """The nodes below the task that show the same pass in both answers."""
    return (pair for pair in step.nodes if pair.same_pass)


@rule("loop.fell", RULES, excuse=ROLLBACK)
def loop_only_grows(step: Step) -> Iterator[Finding]:
    """`loop` counts the passes: it only grows."""
    for pair in step.pairs:
        if pair.after.loop < pair.before.loop:
            names = (clip(pair.before.loop), clip(pair.after.loop))
            yield Finding(pair.after, ("loop",), "loop fell from {0} to {1}", "{0} or more", names)


@rule("retry.fell", RULES, reads=("loop",), excuse=ROLLBACK)
def retry_only_grows_within_a_pass(step: Step) -> Iterator[Finding]:
    """`retry` only grows within a pass; a new pass of a loop begins with 0."""
    for pair in step.pairs:
        before, after = count(pair.before, "retry"), count(pair.after, "retry")
        if pair.same_pass and before is not None and after is not None and after < before:
            names = (clip(before), clip(after))
            yield Finding(pair.after, ("retry",), "retry fell from {0} to {1}", "{0} or more", names)


@rule("version.kept", RULES, reads=("retry", "loop", "skip"), applies_to=("v2",))
def version_changes_with_the_run(step: Step) -> Iterator[Finding]:
    """A retry, a skip and a new pass give the node a new `version`."""
    for pair in step.pairs:
        if not pair.same_version or pair.before.state == "LOOP_READY":  # which has its new version already
            continue
        if not isinstance(field(pair.after, "version"), str):
            continue
        retry = (count(pair.before, "retry"), count(pair.after, "retry"))
        grown = None not in retry and retry[0] != retry[1]
        cause = "retry" if grown else "loop" if not pair.same_pass else "skip" if pair.was_skipped else ""
        if cause:
            yield Finding(pair.after, ("version",), f"{cause} changed, but not the version", "a new version")


@rule("version.changed", RULES, reads=("retry", "loop", "skip", "state"), applies_to=("v2",), excuse=ROLLBACK)
def version_changes_for_a_reason(step: Step) -> Iterator[Finding]:
    """A node's `version` changes only with a retry, a skip, a forced fail or a new pass."""
    for pair in step.nodes:
        if pair.same_version or pair.was_skipped or not pair.same_count or pair.may_be_failed_by_force:
            continue
        if "LOOP_READY" in {pair.before.state, pair.after.state} or pair.after.state in ROLLING_BACK:
            continue
        yield _changed(pair.before, pair.after, "version", "the version changed without a cause")


@rule("node.start", RULES, reads=("version", "retry", "loop"), excuse=ROLLBACK)
def start_time_stays(step: Step) -> Iterator[Finding]:
    """A node starts once in each run: a retry, a new pass or, in engine 1, a skip gives another `start_time`."""
    for pair in _runs(step.nodes):
        if pair.before.start not in {None, pair.after.start} and not step.trap_of(pair):
            yield _changed(pair.before, pair.after, "start_time", "start_time is another one in the same run")


@rule("node.rerun", RULES, reads=("retry", "loop"))
def further_run_starts_later(step: Step) -> Iterator[Finding]:
    """A further run of a node, by a retry or in a new pass, starts no earlier than the run before it ended."""
    for pair in step.pairs:
        if not pair.runs_again or pair.after.start is None or pair.before.start is None:
            continue
        known = "start_time" if pair.before.finish is None or pair.before.keeps_earlier_finish else "finish_time"
        ended = pair.before.start if known == "start_time" else pair.before.finish or 0
        if pair.after.start < ended - ROUNDING:
            expected = f"no earlier than {clip(field(pair.before, known))}"
            yield Finding(pair.after, ("start_time",), "a further run starts before the run before it", expected)


@rule("node.finish", RULES, reads=("state", "retry", "loop", "version"), excuse=ROLLBACK)
def finish_time_stays(step: Step) -> Iterator[Finding]:
    """A `finish_time` stays until a retry begins another run, or a new pass ends (or the loop's limit fails it)."""
    for pair in _runs(step.pairs):
        if pair.before.finish in {None, pair.after.finish} or pair.hit_rerun_limit or step.trap_of(pair):
            continue
        if not pair.before.keeps_earlier_finish or (pair.before.leaf and pair.after.finish is None):
            change = "is no longer set" if pair.after.has_no_finish else "is another one in the same run"
            yield _changed(pair.before, pair.after, "finish_time", f"finish_time {change}")


def _runs(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The nodes that show the same run in both answers."""
    return (pair for pair in pairs if pair.same_run and not pair.was_skipped)


@rule(
    "trap.failed-goes-on",
    RULES,
    reads=("retry", "skip", "finish_time", "start_time"),
    severity=Severity.WARNING,
    applies_to=ENGINES,
)
def failed_node_goes_on_after_a_resume(step: Step) -> Iterator[Finding]:
    """`resume` takes a FAILED node: engine 2 leaves it READY for ever, engine 1 runs it again in the same run."""
    for pair in _within_a_pass(step):
        trap = step.trap_of(pair)
        if trap:
            message = "a {0} node is {1} in the same run" + ONLY.replace("{1}", "{2}")
            yield Finding(pair.after, ("state",), message, "", (pair.before.state, pair.after.state, trap))


@rule("name.changed", RULES, severity=Severity.WARNING)
def names_stay(step: Step) -> Iterator[Finding]:
    """A task that has started keeps the names of its nodes; another name means that somebody has edited it."""
    for pair in step.pairs:
        if pair.before.is_top is not pair.after.is_top:
            continue  # asked for by itself, a subprocess goes by the task's name
        before, after = field(pair.before, "name"), field(pair.after, "name")
        if not isinstance(before, str) or not isinstance(after, str) or before == after:
            continue
        if not before.startswith(PYTHON_CLASS) and not after.startswith(PYTHON_CLASS):
            yield _changed(pair.before, pair.after, "name", "the name is another one")
