"""The call get_task_status: what a request asks of a task."""

from __future__ import annotations

from taskmock.mockserver.api.bk_sops.calls.call import ApiCall
from taskmock.mockserver.api.bk_sops.documents.flags import Flags, Selection
from taskmock.mockserver.core.graph import is_node_id
from taskmock.mockserver.playback.poll import Query


def status_query(call: ApiCall) -> Query:
    """What a call for a status asks: the document lets it name a node in the place of a task."""
    task_id = call.needed["task_id"]
    return Query(
        session=call.session,
        task_id=task_id,
        scenario=call.scenario,
        node_id=task_id if is_node_id(task_id) else None,
        selection=Selection(Flags.of(call.said), call.quirks),
    )
