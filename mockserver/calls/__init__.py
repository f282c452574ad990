"""The calls of the API, as the system behind the doors answers them: one table of them, a module for each kind."""

from __future__ import annotations

from taskmock.mockserver.calls.call import Handled
from taskmock.mockserver.calls.operate import OPERATIONS as OPERATE
from taskmock.mockserver.gateways.door import Operation
from taskmock.schemas import load_operations

_OPERATIONS = {name: Operation.of(row) for name, row in load_operations().items()}

STATUS = _OPERATIONS["get_task_status"]
"""The call that is polled; all others are in `CALLS`."""

CALLS = {name: Handled(_OPERATIONS[name], answer) for name, answer in {**OPERATE}.items()}
"""Every call but the status, by name."""
