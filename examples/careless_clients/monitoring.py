"""A monitoring product: an alarm starts a task that is to repair what it is about.

Careless: three states are the end, FAILED among them, and any other means "go on asking". Of refusals it knows one
code, 3599999, and takes it for the end; but that code stands for all that has none of its own, what passes included.
"""

import time

from api import ask


def wait(base, task_id, sleep=time.sleep):
    while True:
        answer = ask(base, task_id)
        state = (answer.get("data") or {}).get("state")
        if state in ("FAILED", "FINISHED", "REVOKED"):
            return "done" if state == "FINISHED" else "failed"
        if answer.get("code") == 3599999:
            return f"refused: {answer['message']}"
        sleep(2)
