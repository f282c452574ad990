"""The calls of the API as the system behind the gateways answers them: one table, a module for each kind."""

from __future__ import annotations

from taskmock.mockserver.api.bk_sops.calls.call import Answer
from taskmock.mockserver.api.bk_sops.calls.create import create_and_start_task, create_task
from taskmock.mockserver.api.bk_sops.calls.node import get_task_node_data, get_task_node_detail
from taskmock.mockserver.api.bk_sops.calls.operate import CALLS as OPERATE
from taskmock.mockserver.api.bk_sops.calls.task import get_task_detail
from taskmock.mockserver.api.bk_sops.calls.tasks import (
    get_task_count,
    get_task_list,
    get_tasks_manual_intervention_state,
    get_tasks_status,
)
from taskmock.mockserver.api.bk_sops.calls.templates import (
    get_template_info,
    get_template_list,
    get_template_schemes,
    get_user_project_list,
)
from taskmock.mockserver.api.bk_sops.request import Operation
from taskmock.schemas import load_operations

OPERATIONS = {name: Operation.of(row) for name, row in load_operations().items()}
"""Every call, by name."""

STATUS = OPERATIONS["get_task_status"]
"""The call that is polled; all others are in `CALLS`."""

CALLS: dict[str, Answer] = {
    "create_and_start_task": create_and_start_task,
    "create_task": create_task,
    **OPERATE,
    "get_task_count": get_task_count,
    "get_task_detail": get_task_detail,
    "get_task_list": get_task_list,
    "get_task_node_data": get_task_node_data,
    "get_task_node_detail": get_task_node_detail,
    "get_tasks_manual_intervention_state": get_tasks_manual_intervention_state,
    "get_tasks_status": get_tasks_status,
    "get_template_info": get_template_info,
    "get_template_list": get_template_list,
    "get_template_schemes": get_template_schemes,
    "get_user_project_list": get_user_project_list,
}
"""What answers every call but the status, by name."""
