"""Rules about failures that were skipped or ignored."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.api.bk_sops.rules.applies import any_node, ignores_an_error, is_marked
from taskmock.contracts.api.bk_sops.rules.document import Document, Observed
from taskmock.contracts.findings.rule import Finding, Rule, rule
from taskmock.contracts.findings.violation import clip

ROLLED_BACK = frozenset({"ROLLING_BACK", "ROLL_BACK_SUCCESS", "ROLL_BACK_FAILED"})


RULES: list[Rule[Document]] = []


@rule("skip.state", RULES, reads=("state",), applies=is_marked("skip"))
def skipped_node_is_finished(document: Document) -> Iterator[Finding]:
    """Skipping a FAILED node makes it FINISHED with `skip` true; a retry or a new pass sets `skip` false."""
    for node in document.observed:
        if node.value.get("skip") is True and not _may_carry_marks(node) and not document.is_constant(node):
            yield Finding(node, ("skip",), "a {0} node is marked as skipped", "false", (node.state,))


@rule("skip.task", RULES, reads=("version",), applies=lambda document: document.is_whole_task)
def task_is_not_skipped(document: Document) -> Iterator[Finding]:
    """Nodes are skipped, never the task."""
    if document.is_whole_task and document.data.get("skip") is True:
        yield Finding(document.top, ("skip",), "the task is marked as skipped", "false")


@rule(
    "skip.moment",
    RULES,
    reads=("finish_time", "skip", "state"),
    applies_to=("v1",),
    applies=any_node(lambda node: node.state == "FINISHED" and node.value.get("skip") is True),
)
def skip_sets_both_times(document: Document) -> Iterator[Finding]:
    """Engine 1: skipping a node sets its start and its finish to the moment of the skip."""
    for node in document.observed:
        if node.state != "FINISHED" or node.value.get("skip") is not True:
            continue
        if node.start is not None and node.finish is not None and node.start != node.finish:
            expected = clip(node.value.get("finish_time"))
            yield Finding(node, ("start_time",), "a skipped node started before it was skipped", expected)


@rule("error-ignored.state", RULES, reads=("state",), applies_to=ENGINES, applies=ignores_an_error)
def ignored_error_is_finished(document: Document) -> Iterator[Finding]:
    """An ignored error leaves the node FINISHED with `error_ignored` true."""
    for node in _ignored(document):
        if not _may_carry_marks(node):
            yield Finding(node, ("error_ignored",), "a {0} node has an ignored error", "false", (node.state,))


@rule("error-ignored.skip", RULES, reads=("error_ignored",), applies_to=ENGINES, applies=ignores_an_error)
def ignored_error_is_not_skipped(document: Document) -> Iterator[Finding]:
    """An ignored error leaves `skip` false."""
    for node in _ignored(document):
        if node.value.get("skip") is True:
            yield Finding(node, ("skip",), "a node whose error was ignored is marked as skipped", "false")


@rule("error-ignored.ignorable", RULES, reads=("error_ignored",), applies_to=ENGINES, applies=ignores_an_error)
def ignored_error_is_ignorable(document: Document) -> Iterator[Finding]:
    """An error is ignored only where `error_ignorable` is true."""
    for node in _ignored(document):
        if node.value.get("error_ignorable") is False:
            message = "an error was ignored on a node whose errors are not ignorable"
            yield Finding(node, ("error_ignorable",), message, "true")


def _ignored(document: Document) -> Iterator[Observed]:
    """Nodes with an ignored error, without the outermost one, to which the engine copies the last row's marks.

    Nor the further passes of a loop, where engine 1 leaves the earlier pass's mark standing.
    """
    marked = (node for node in document.observed[1:] if node.value.get("error_ignored") is True)
    return (node for node in marked if node.loop == 1)


def _may_carry_marks(node: Observed) -> bool:
    """Whether a node's state can follow a skip or an ignored error; rollback and rerun limit leave marks."""
    return node.state in {"FINISHED", ""} or node.state in ROLLED_BACK or (node.state == "FAILED" and node.loop > 1)
