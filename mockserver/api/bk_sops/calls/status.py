"""The call get_task_status: what a request asks of a task."""

from __future__ import annotations

from taskmock.mockserver.api.bk_sops.calls.call import ApiCall
from taskmock.mockserver.api.bk_sops.documents.flags import BUSINESS, Flags
from taskmock.mockserver.core.graph import is_node_id
from taskmock.mockserver.playback.poll import Query


def _asked(said: ApiCall) -> Query:
    task_id = said.needed["task_id"]
    return Query(
        session=said.session,
        task_id=task_id,
        scenario=said.scenario,
        node_id=task_id if is_node_id(task_id) else None,
        flags=Flags.of(said.said),
        scope=str(said.said.get("scope") or BUSINESS),
        quirks=said.quirks,
    )
