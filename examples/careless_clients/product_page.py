"""The page of the product itself: it draws the task, and asks every two seconds while it believes that there is news.

Careless: it asks on while the task is RUNNING, or SUSPENDED with a node that still runs. Anything else is the last
thing that it shows, and so is what it showed before the third refused poll in a row, or before an answer that is none.
"""

import time
from http.client import HTTPException

from api import ask

LABELS = {
    "CREATED": "not started",
    "RUNNING": "running",
    "SUSPENDED": "paused",
    "NODE_SUSPENDED": "a node is paused",
    "FAILED": "failed",
    "REVOKED": "stopped",
    "FINISHED": "done",
}


def wait(base, task_id, sleep=time.sleep):
    shown, refused, goes_on = "RUNNING", 0, True  # somebody has just clicked on Start
    while goes_on and refused < 3:
        sleep(2)
        try:
            answer = ask(base, task_id)
            if answer["result"]:
                refused, shown = 0, answer["data"]["state"]
                goes_on = shown == "RUNNING" or (shown == "SUSPENDED" and is_busy(answer["data"]))
            else:
                refused += 1
        except (OSError, HTTPException, ValueError, LookupError, TypeError):
            goes_on = False
    return LABELS.get(shown, shown)


def is_busy(task):
    return any(node["state"] == "RUNNING" for node in task["children"].values())
