"""Recorded answers, sound and broken, as the tests of the contract's plugin find them in folders."""

import copy
import json
from pathlib import Path

from taskmock.schemas import load_example

ENDED = {"result": True, "data": {"state": "EXPIRED", "name": "Release"}, "code": 0, "message": ""}
REVIVED = {"result": True, "data": {"state": "REVOKED", "name": "Release"}, "code": 0, "message": ""}
REFUSED = {"result": False, "message": "no such task", "code": 3599999}


def sound():
    """A finished task of today's servers."""
    return load_example("v2", "response")


def broken(retry=-1):
    """The same with a `retry` that cannot be."""
    body = copy.deepcopy(sound())
    body["data"]["retry"] = retry
    return body


def save(path: Path, content: object) -> Path:
    """Writes text, bytes or JSON into a file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = content if isinstance(content, bytes) else (content if isinstance(content, str) else json.dumps(content))
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return path


def lines(*bodies, apart=20):
    """JSON Lines: answers some seconds apart."""
    return "".join(json.dumps({"at": apart * number, "body": body}) + "\n" for number, body in enumerate(bodies))


def har(**polls):
    """A browser's recording: answers by the id of their task, `task_10=[…]`."""
    entries = [
        {
            "startedDateTime": f"2026-03-02T09:30:{number:02}Z",
            "time": 5,
            "request": {"url": f"http://host/get_task_status/?task_id={task.removeprefix('task_')}"},
            "response": {"content": {"text": json.dumps(body)}},
        }
        for task, bodies in polls.items()
        for number, body in enumerate(bodies)
    ]
    return {"log": {"entries": entries}}
