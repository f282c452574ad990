"""A container platform: a cluster is ready when the task that prepares its hosts is done.

Careless: whatever is no status is logged and asked for again, wrong credentials too, until an hour is over; then the
task is revoked. SUSPENDED is a failure.
"""

import time

from api import ask


def wait(base, task_id, sleep=time.sleep, deadline=3600):
    for _ in range(deadline // 10):
        try:
            state = ask(base, task_id)["data"]["state"]
        except Exception:  # noqa: BLE001  # the carelessness itself
            state = "RUNNING"
        if state == "FINISHED":
            return "done"
        if state in ("FAILED", "REVOKED", "SUSPENDED"):
            return "failed"
        sleep(10)
    ask(base, task_id, "operate_task", action="revoke")
    return "gave up, and revoked the task"
