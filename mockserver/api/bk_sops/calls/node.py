"""The calls that tell of one node of a task: its state with its earlier runs, and what it was given and gave out."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.api.bk_sops.calls.call import ApiCall, Done, said_json
from taskmock.mockserver.api.bk_sops.calls.snapshot import TaskSnapshot
from taskmock.mockserver.api.bk_sops.calls.task import played_task
from taskmock.mockserver.api.bk_sops.documents.component import PRESETS
from taskmock.mockserver.api.bk_sops.documents.edition import Document, nodes_of
from taskmock.mockserver.api.bk_sops.documents.node import NodeWriter
from taskmock.mockserver.api.bk_sops.documents.node_runs import NodeRun, NodeRuns, runs_of
from taskmock.mockserver.api.bk_sops.documents.status import automatic_retries, document
from taskmock.mockserver.api.bk_sops.errors import PARAMETERS, UNKNOWN, RefusedError
from taskmock.mockserver.api.bk_sops.request import text_of
from taskmock.mockserver.core.graph import ROOT, AddressError
from taskmock.mockserver.playback.player import Playback

NO_NODE = "node[node_id={node}] not found in task[task_id={task}]"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A node that a call asks about, and the runs that it means: an earlier `of_pass`, whose last one it tells of."""

    task: TaskSnapshot
    runs: NodeRuns
    writer: NodeWriter
    component_code: str
    of_pass: tuple[NodeRun, ...] = ()

    @property
    def data(self) -> Document:
        """What the node was given and gave out."""
        run = self.of_pass[-1] if self.of_pass else self.runs.latest
        if run is None:
            return self.writer.unreached_data(self.runs, self.component_code)
        return self.writer.data(self.runs, run, self.component_code)


def get_task_node_detail(playback: Playback, call: ApiCall) -> Done:
    """One node: its state, its earlier runs, what it was given and gave out."""
    seen = _seen(playback, call, no_node=PARAMETERS, no_stack=UNKNOWN)
    if seen.runs.latest is None:
        told = seen.writer.unreached(seen.runs)
    elif seen.of_pass:
        told = seen.writer.earlier(seen.runs, _status(seen, call), seen.of_pass)
    else:
        told = seen.writer.latest(seen.runs, _status(seen, call))
    return Done(data={**told, **seen.data, **_retries(seen, call)}, key=seen.task.record.key)


def _retries(seen: _Seen, call: ApiCall) -> Document:
    """The automatic retries of a node that was reached, where the edition tells of them.

    The real server looks them up by the node's parent, and finds those of the task's own level only (fact).
    """
    if not seen.task.edition.tells_retries_of_nodes or seen.runs.latest is None:
        return {}
    node = seen.runs.node
    known = node.parent == ROOT or not call.quirks
    return {"auto_retry_info": automatic_retries(seen.task.tree, node.id) if known else {}}


def get_task_node_data(playback: Playback, call: ApiCall) -> Done:
    """What one node was given and gave out."""
    seen = _seen(playback, call, no_node=UNKNOWN, no_stack=PARAMETERS)
    return Done(data=seen.data, key=seen.task.record.key)


def _seen(playback: Playback, call: ApiCall, *, no_node: int, no_stack: int) -> _Seen:
    """The node that a call asks about.

    Raises:
        RefusedError: The task has no such node, or nothing is known of what the call asks for.
    """
    task = played_task(playback, call)
    record, graph = task.record, task.history.graph
    try:
        index = graph.find(call.needed["node_id"])
    except AddressError:
        index = ROOT
    if index == ROOT:
        said = NO_NODE.format(node=call.needed["node_id"], task=record.key.task_id)
        raise RefusedError(no_node, said, extra={"data": {}})
    # What has expired is forgotten: its nodes are told of as if they had never been reached.
    moment = -1 if task.expired else task.moment
    runs = runs_of(task.history, record.log, index, moment=moment, key=record.draw_key)
    _check_stack(task, call, runs, code=no_stack)
    component_code = text_of(call.said, "component_code")
    if component_code and component_code not in PRESETS:
        raise RefusedError(UNKNOWN, "_format_outputs fail", extra={"data": {}})
    writer = NodeWriter(task.edition, epoch=record.epoch, key=record.draw_key)
    return _Seen(
        task=task, runs=runs, writer=writer, component_code=component_code, of_pass=tuple(_asked_pass(call, runs))
    )


def _asked_pass(call: ApiCall, runs: NodeRuns) -> list[NodeRun]:
    """The runs of the earlier pass that a call asks for; none where it means the latest one."""
    said = text_of(call.said, "loop")
    if not said or runs.latest is None:
        return []
    if int(said) >= runs.latest.row.loop:
        return []
    found = runs.of_pass(int(said))
    if not found:
        raise RefusedError(UNKNOWN, f"node[node_id={runs.node.id}] has no histories of loop {said}")
    return found


def _check_stack(task: TaskSnapshot, call: ApiCall, runs: NodeRuns, *, code: int) -> None:
    """Refuses a call that does not name the subprocesses around its node, the outermost first.

    The real server looks a node up by them, in some editions only one that was not reached (fact).
    """
    stack = said_json(call.said, "subprocess_stack", [])
    if not isinstance(stack, list):
        raise RefusedError(code, "subprocess_stack is not a valid array json")
    nodes, around, index = task.history.graph.nodes, list[str](), runs.node.parent
    while index != ROOT:
        around.insert(0, nodes[index].id)
        index = nodes[index].parent
    looked_up = not task.edition.finds_reached_nodes or runs.latest is None
    if call.quirks and looked_up and [str(part) for part in stack] != around:
        raise RefusedError(UNKNOWN, f"node[node_id={runs.node.id}] not found in subprocess_stack {stack!r:.200}")


def _status(seen: _Seen, call: ApiCall) -> Document:
    """What the task's status tree says of the node; its state follows its children as far as the edition has it."""
    task, tree = seen.task, seen.task.tree
    named = task.edition.names_single_nodes  # `v2` shows no name of a node, or of those inside it (fact)
    if call.quirks and not named:
        tree = dataclasses.replace(tree, states={index: row.state for index, row in tree.rows.items()})
    found = document(tree, task.edition, epoch=task.record.epoch, key=task.record.draw_key)
    path, index = list[str](), seen.runs.node.index
    while index != ROOT:
        path.append(tree.graph.nodes[index].id)
        index = tree.graph.nodes[index].parent
    for node_id in reversed(path):
        found = found["children"][node_id]
    if not named:
        for node in nodes_of(found):
            del node["name"]
    return found
