"""What a node of a task has been through: its runs up to a moment, with what each was given and gave out. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from taskmock.mockserver.api.bk_sops.documents.component import component_of, given_outputs
from taskmock.mockserver.core.command import Command, Entry, Verb
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.flow import Activity
from taskmock.mockserver.core.graph import GraphNode
from taskmock.mockserver.core.state import Row, State


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NodeRun:
    """One run of a node: its row at the end of the run, or as it is.

    `number` is that of an earlier run, one of its own in the task, and 0 for the latest one. `error` is what a failure
    has said, ignored and skipped ones too.
    """

    number: int
    row: Row
    inputs: Mapping[str, object]
    outputs: Mapping[str, object]
    error: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class NodeRuns:
    """The runs of a node: the `latest` one (None: it was not reached), and the `earlier` ones in order of time.

    A retry, a skip and a further pass of a loop end a run; a rollback makes all forgotten.
    """

    node: GraphNode
    latest: NodeRun | None
    earlier: Sequence[NodeRun]

    def of_pass(self, loop: int) -> list[NodeRun]:
        """The earlier runs of one pass of a loop, counted from 1."""
        return [run for run in self.earlier if run.row.loop == loop]


def runs_of(history: History, log: Sequence[Entry], index: int, *, moment: int, key: str) -> NodeRuns:
    """The runs of a node up to a moment in ms; `log` is what clients have done, `key` what ids are drawn from."""
    node = history.graph.nodes[index]
    teller = _Teller(history, node, [*history.given, *log], key)
    earlier: list[NodeRun] = []
    row: Row | None = None
    for number, (_, changed, after) in enumerate(history.changes[: history.position(moment)], start=1):
        if changed != index:
            continue
        if after is None:
            earlier.clear()
        elif row is not None and _is_another_run(row, after):
            earlier.append(teller.run(number, row, earlier))
        row = after
    return NodeRuns(node, None if row is None else teller.run(0, row, earlier), tuple(earlier))


def planned_inputs(node: GraphNode) -> dict[str, object]:
    """What a node will be given that has not been reached."""
    return dict(component_of(node.step).inputs) if isinstance(node.step, Activity) else {}


def _is_another_run(before: Row, after: Row) -> bool:
    return after.loop > before.loop or after.retry > before.retry or (after.skip and not before.skip)


class _Teller:
    """Tells what one node's runs were given and gave out."""

    def __init__(self, history: History, node: GraphNode, done: Sequence[Entry], key: str) -> None:
        self._node = node
        self._key = key
        self._done = [entry for entry in done if history.graph.find(entry.command.target) == node.index]

    def run(self, number: int, row: Row, earlier: Sequence[NodeRun]) -> NodeRun:
        step = self._node.step
        inputs: dict[str, object] = {}
        outputs: dict[str, object] = {}
        if isinstance(step, Activity):
            inputs, outputs = {**self._inputs(row), "_loop": row.loop}, self._outputs(step, row)
        return NodeRun(number=number, row=row, inputs=inputs, outputs=outputs, error=self._error(row, earlier))

    def _inputs(self, row: Row) -> Mapping[str, object]:
        """What the node's author has filled in, or what the latest retry up to this run has put in its place."""
        begun = row.since if row.start is None else row.start
        given = [command.data for command in self._given(Verb.RETRY, 0, begun) if isinstance(command.data, dict)]
        return given[-1] if given else planned_inputs(self._node)

    def _outputs(self, step: Activity, row: Row) -> dict[str, object]:
        if row.state not in {State.FINISHED, State.FAILED} or row.start is None or row.finish is None:
            return {}
        good = row.state is State.FINISHED and not (row.skip or row.error_ignored)
        calls = list(self._given(Verb.CALLBACK, row.start, row.finish))
        payload = calls[-1].data if calls else None
        key = f"{self._key}:{self._node.id}:{row.loop}:{row.version}"
        return given_outputs(step, loop=row.loop, good=good, callback=payload, key=key)

    def _error(self, row: Row, earlier: Sequence[NodeRun]) -> object:
        step = self._node.step
        if row.skip:
            return earlier[-1].error if earlier else None
        if row.error_ignored and isinstance(step, Activity):
            return step.attempts[min(row.retry, len(step.attempts) - 1)].fails
        return row.ex_data

    def _given(self, verb: Verb, since: int, until: int) -> Iterator[Command]:
        return (entry.command for entry in self._done if entry.command.verb is verb and since <= entry.at <= until)
