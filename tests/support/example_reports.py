"""Reports with every kind of finding and with hostile names, for the tests of the formats."""

from __future__ import annotations

from typing import Any

from taskmock.contracts import Contract, Report
from taskmock.contracts.api.bk_sops.lifecycle import Poll
from taskmock.contracts.selftest.course import stories, vanished
from taskmock.contracts.selftest.documents import documents
from taskmock.schemas import load_example

HOSTILE = (
    "plain",
    "發布 ☃ 😀",
    "::error file=x::gone%0A",
    "two\nlines\r\n::warning::x",
    "a | b `c` [d](http://e) <!-- f -->",
    "]]><script>alert(1)</script>&amp;",
    "\x1b[31m\x00\ufffe",
)


def bodies() -> dict[str, Any]:
    """Judged bodies by their source."""
    hostile = documents("v2")["a finished task"]
    children = hostile["data"]["children"]
    for number, name in enumerate(HOSTILE):
        key = f"n{number:03x}{'b' * 28}"
        children[key] = {**next(iter(children.values())), "id": key, "name": name, "retry": -1 - number, name: name}
    return {
        "hostile.json": hostile,
        "good/v1.json": load_example("v1", "response"),
        "page.json": b"<html>502</html>",
        "twice.json": b'{"result": true, "result": 1}',
        "list.json": b"[]",
    }


def judged() -> list[tuple[str, Report]]:
    """The reports on them, one on a request and one on a history."""
    contract = Contract()
    reports = [(source, contract.check_response(body)) for source, body in bodies().items()]
    request = contract.check_request({"task_id": "10", "bk_token": "very-secret"})
    return [*reports, ("request.json", request), ("polls.jsonl", contract.check_history(broken_history()))]


def broken_history() -> tuple[Poll, ...]:
    """Two answers of a task, from the later of which a node has vanished."""
    told = stories("v2")["a running task"]
    vanished(told)
    return told.polls
