"""An ITSM product: a ticket has a step that is a task, and goes on when the task is done.

Careless: a state that it does not know means "go on asking", for ever. One refused poll fails the ticket, and so does
FAILED, though somebody may retry. Failed nodes are looked for right below the task.
"""

import time

from api import ask


def wait(base, task_id, sleep=time.sleep):
    while True:
        answer = ask(base, task_id)
        if not answer["result"]:
            return f"refused: {answer['message']}"
        task = answer["data"]
        if task["state"] == "FINISHED":
            return "done"
        if task["state"] in ("FAILED", "REVOKED"):
            failed = [node["name"] for node in task["children"].values() if node["state"] == "FAILED"]
            return f"failed: {', '.join(failed) or 'unknown'}"
        sleep(10)
