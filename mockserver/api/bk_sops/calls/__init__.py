"""The calls of the API as the system behind the gateways answers them: one table, a module for each kind."""

from __future__ import annotations

from taskmock.mockserver.api.bk_sops.calls.call import Answer, Handled
from taskmock.mockserver.api.bk_sops.calls.create import create_task
from taskmock.mockserver.api.bk_sops.calls.node import get_task_node_data, get_task_node_detail
from taskmock.mockserver.api.bk_sops.calls.operate import OPERATIONS as OPERATE
from taskmock.mockserver.api.bk_sops.calls.task import get_task_detail
from taskmock.mockserver.api.bk_sops.calls.tasks import (
    get_task_list,
    get_tasks_manual_intervention_state,
    get_tasks_status,
)
from taskmock.mockserver.api.bk_sops.request import Operation
from taskmock.schemas import load_operations

_OPERATIONS = {name: Operation.of(row) for name, row in load_operations().items()}

STATUS = _OPERATIONS["get_task_status"]
"""The call that is polled; all others are in `CALLS`."""

_ANSWERS: dict[str, Answer] = {
    "create_task": create_task,
    **OPERATE,
    "get_task_detail": get_task_detail,
    "get_task_list": get_task_list,
    "get_task_node_data": get_task_node_data,
    "get_task_node_detail": get_task_node_detail,
    "get_tasks_manual_intervention_state": get_tasks_manual_intervention_state,
    "get_tasks_status": get_tasks_status,
}

CALLS = {name: Handled(_OPERATIONS[name], answer) for name, answer in _ANSWERS.items()}
"""Every call but the status, by name."""
