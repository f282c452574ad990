"""A database manager: its flows start tasks on hosts, and wait for them.

Careless: all that the ticket system is, and a pause is a failure, too.
"""

import time

from api import ask


def wait(base, task_id, sleep=time.sleep):
    while True:
        answer = ask(base, task_id, with_ex_data=True)
        if not answer["result"]:
            return f"refused: {answer['message']}"
        task = answer["data"]
        if task.get("state", "RUNNING") == "FINISHED":
            return "done"
        if task["state"] in ("FAILED", "REVOKED", "SUSPENDED"):
            failed = [node["name"] for node in task["children"].values() if node["state"] == "FAILED"]
            return f"failed: {', '.join(failed) or 'unknown'}"
        sleep(5)
