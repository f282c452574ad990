"""A chat bot: it tells how a task is, and retries what has failed when somebody asks it to.

Careless: it has a word for each of the six documented states and for no other, reads `data` where there is none, and
retries the failed nodes right below the task, where a subprocess stands in place of the cause.
"""

import time

from api import ask

WORDS = {
    "CREATED": "not started",
    "RUNNING": "running",
    "SUSPENDED": "paused",
    "FAILED": "failed",
    "REVOKED": "stopped",
    "FINISHED": "done",
}


def say(base, task_id):
    return WORDS[ask(base, task_id).get("data", {}).get("state")]


def wait(base, task_id, sleep=time.sleep):
    while (word := say(base, task_id)) not in ("done", "failed", "stopped"):
        sleep(10)
    return word


def retry(base, task_id):
    children = ask(base, task_id).get("data", {}).get("children", {})
    failed = [node["id"] for node in children.values() if node["state"] == "FAILED"]
    return [ask(base, task_id, "operate_node", node_id=node_id, action="retry") for node_id in failed]
