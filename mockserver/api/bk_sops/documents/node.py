"""A node of a task in the words of the calls that tell of one: its state, its data, its earlier runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taskmock.mockserver.api.bk_sops.documents.component import PRESETS
from taskmock.mockserver.api.bk_sops.documents.edition import Document, Edition, time_text, written_version
from taskmock.mockserver.api.bk_sops.documents.node_runs import NodeRun, NodeRuns, planned_inputs
from taskmock.mockserver.core.flow import SECOND, Activity
from taskmock.mockserver.core.graph import NodeKind
from taskmock.mockserver.core.state import Row, State

NOW = -1
"""The number of the latest run, where it is told (fact)."""


class NodeWriter:
    """What is told of one node of a task: in an edition's words, and how its ids and times are written."""

    def __init__(self, edition: Edition, *, epoch: int, key: str) -> None:
        self._edition = edition
        self._epoch = epoch
        self._key = key

    # -- what the node was given and gave out

    def unreached_data(self, runs: NodeRuns, component_code: str) -> Document:
        """The data of a node that was not reached."""
        inputs = planned_inputs(runs.node)
        outputs = _table({}, component_code) if runs.node.kind is NodeKind.ACTIVITY else []
        return {"inputs": inputs, "outputs": outputs, "ex_data": ""}

    def data(self, runs: NodeRuns, run: NodeRun, component_code: str) -> Document:
        """The data of one run of a node."""
        plain = runs.node.kind not in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}
        if plain and run.error is None:
            return {"inputs": {}, "outputs": [], "ex_data": ""}
        outputs = _table(self._outputs(run), component_code)
        return {"inputs": dict(run.inputs), "outputs": outputs, "ex_data": run.error}

    def _outputs(self, run: NodeRun) -> dict[str, object]:
        """What a run gave out, with the error where the edition keeps it there."""
        tells = self._edition.errors_in_outputs and run.error is not None
        return {**run.outputs, **({"ex_data": run.error} if tells else {})}

    # -- how it is, and how it was

    def unreached(self, runs: NodeRuns) -> Document:
        """The state of a node that was not reached."""
        step = runs.node.step
        ignorable = isinstance(step, Activity) and step.ignored
        told: Document = {"name": runs.node.name, "error_ignorable": ignorable, "state": State.READY.value}
        if self._edition.ignored_of_unreached:
            told["error_ignored"] = ignorable
        return told

    def latest(self, runs: NodeRuns, status: Document) -> Document:
        """The state of a node, `status` is what its task's status tree says of it, with the runs of this pass."""
        row = runs.latest.row if runs.latest else Row(State.READY)
        return {**status, **self._histories(runs, runs.of_pass(row.loop), NOW)}

    def earlier(self, runs: NodeRuns, status: Document, of_pass: Sequence[NodeRun]) -> Document:
        """The state of a node at the end of an earlier pass, with the runs of that pass before the last one."""
        *before, last = of_pass
        row = last.row
        told = {**status, **self._times(row), "loop": row.loop, "skip": row.skip, "state": State.FINISHED.value}
        if self._edition.node_versions:
            told["version"] = self._version(runs, row)
        return {**told, **self._histories(runs, before, last.number)}

    def _histories(self, runs: NodeRuns, shown: Sequence[NodeRun], history_id: int) -> Document:
        told: Document = {"histories": [self._history(runs, run) for run in shown]}
        return {**told, "history_id": history_id} if self._edition.served else told

    def _history(self, runs: NodeRuns, run: NodeRun) -> Document:
        told: Document = {
            **self._times(run.row),
            "inputs": dict(run.inputs),
            "outputs": self._outputs(run),
            "ex_data": "" if run.error is None else run.error,
            "state": State.FAILED.value,  # whatever is retried or skipped has failed
            "loop": run.row.loop,
            "skip": run.row.skip,
            "children": {},
        }
        if self._edition.served:
            told["history_id"] = run.number
        if self._edition.node_versions:
            told |= {"id": run.number, "node_id": runs.node.id, "version": self._version(runs, run.row)}
        return told

    def _times(self, row: Row) -> Document:
        seconds = 0 if row.start is None or row.finish is None else round((row.finish - row.start) / SECOND)
        return {"start_time": self._time(row.start), "finish_time": self._time(row.finish), "elapsed_time": seconds}

    def _time(self, moment: int | None) -> str | None:
        return self._edition.absent if moment is None else time_text(self._epoch + moment)

    def _version(self, runs: NodeRuns, row: Row) -> str:
        return f"v{written_version(self._key, runs.node.id, row)}"


def _table(outputs: Mapping[str, object], component_code: str) -> list[Document]:
    """Outputs as a list: those that the plugin always has first, with their names; nameless where none is named."""
    if not component_code:
        return [{"key": key, "value": value, "preset": False} for key, value in outputs.items()]
    presets = PRESETS[component_code]
    told: list[Document] = [
        {"name": name, "key": key, "value": outputs.get(key, ""), "preset": True} for key, name in presets.items()
    ]
    others = [key for key in outputs if key not in presets]
    return told + [{"name": key, "key": key, "value": outputs[key], "preset": False} for key in others]
