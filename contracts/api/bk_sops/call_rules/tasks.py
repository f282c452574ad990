"""Rules about answers that show several tasks: those that the request names, or a page of all."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.contracts.api.bk_sops.call_rules.document import CallDocument, moment, text_id
from taskmock.contracts.findings.rule import Finding, rule
from taskmock.contracts.findings.violation import clip

MOST = {"get_tasks_status": 50, "get_tasks_manual_intervention_state": 9, "get_task_list": 200}
"""The most tasks that one answer shows (the API document, and bk-sops)."""

PAGE = 100
"""How many tasks a page has where the request names no limit."""

NO = frozenset({"f", "n", "no", "false", "off", "0"})
"""Text that says no (bk-sops, IncludeTaskSerializer)."""

WITHOUT_COUNT = -1
BODIES_WITHOUT_CHILDREN = ("CREATED", "EXPIRED")


@rule("tasks.duplicate")
def task_is_told_of_once(document: CallDocument) -> Iterator[Finding]:
    """Each task has one entry."""
    seen: set[int] = set()
    for entry in document.entries():
        own = entry.value.get("id")
        if type(own) is not int:
            continue
        if own in seen:
            yield Finding(entry, ("id",), "another entry is of the same task", "one entry for each task")
        seen.add(own)


@rule("tasks.unasked")
def task_was_asked_for(document: CallDocument) -> Iterator[Finding]:
    """The entries are of tasks in `task_id_list`; one that is unknown has no entry."""
    asked = document.asked("task_id_list")
    if not isinstance(asked, list):
        return
    known = {text_id(item) for item in asked}
    for entry in document.entries():
        own = entry.value.get("id")
        if type(own) is int and str(own) not in known:
            yield Finding(entry, ("id",), "nobody asked for this task", "one of the tasks in task_id_list")


@rule("tasks.size")
def answer_is_not_too_long(document: CallDocument) -> Iterator[Finding]:
    """An answer tells of at most 50 statuses, 9 interventions, or 200 tasks of a list."""
    count, most = len(document.top.value), MOST[document.operation]
    if count > most:
        names = (str(count), str(most))
        yield Finding(document.top, (), "the answer tells of {0} tasks", "{1} tasks at most", names)


@rule("batch.children")
def children_answer_request(document: CallDocument) -> Iterator[Finding]:
    """A status has its children where `include_children_status` asks for them, else it has none.

    Servers before V3.34.5 took any text for true: what text says no is not judged.
    """
    if document.request is None:
        return
    flag = document.request.get("include_children_status")
    if isinstance(flag, str) and flag.lower() in NO:
        return
    asked = bool(flag)
    for entry in document.entries():
        status = entry.value.get("status")
        if not isinstance(status, dict):
            continue
        if "children" in status and not asked:
            yield Finding(entry, ("status", "children"), "children were not asked for", "no children")
        elif "children" not in status and asked and status.get("state") not in BODIES_WITHOUT_CHILDREN:
            yield Finding(entry, ("status",), "children were asked for and are missing", "the children of the task")


@rule("batch.name", applies_to=("v2",))
def status_goes_by_the_tasks_name(document: CallDocument) -> Iterator[Finding]:
    """The name of the status is the task's."""
    for entry in document.entries():
        status, name = entry.value.get("status"), entry.value.get("name")
        shown = status.get("name") if isinstance(status, dict) else None
        if isinstance(shown, str) and isinstance(name, str) and shown != name:
            yield Finding(entry, ("status", "name"), "the status goes by another name than the task", clip(name))


@rule("batch.started")
def task_with_a_status_was_started(document: CallDocument) -> Iterator[Finding]:
    """A task that was not started is CREATED."""
    for entry in document.entries():
        status = entry.value.get("status")
        state = status.get("state") if isinstance(status, dict) else None
        if entry.value.get("start_time") == "" and isinstance(state, str) and state not in BODIES_WITHOUT_CHILDREN:
            yield Finding(entry, ("start_time",), "a {0} task was never started", "the time of its start", (state,))


@rule("tasks.times")
def tasks_times_are_in_order(document: CallDocument) -> Iterator[Finding]:
    """A task is started, then finished."""
    for entry in document.entries():
        started, finished = (entry.value.get(name) for name in ("start_time", "finish_time"))
        begin, end = moment(started), moment(finished)
        if started in ("", None) and "start_time" in entry.value and finished not in ("", None):
            yield Finding(entry, ("finish_time",), "the task has finished but was not started", "no finish_time")
        elif begin is not None and end is not None and end < begin:
            yield Finding(entry, ("finish_time",), "the task finished before it was started", "start_time or later")


@rule("tasks.order")
def newest_task_comes_first(document: CallDocument) -> Iterator[Finding]:
    """The tasks of a list are in the order of their ids, the highest first."""
    before = None
    for entry in document.entries():
        own = entry.value.get("id")
        if type(own) is not int:
            continue
        if before is not None and own > before:
            yield Finding(entry, ("id",), "a newer task stands behind an older one", "an id below {0}", (str(before),))
        before = own


@rule("tasks.flags")
def flags_follow_the_times(document: CallDocument) -> Iterator[Finding]:
    """`is_started` tells whether there is a start_time, and no task has finished that was not started."""
    for entry in document.entries():
        started, finished = entry.value.get("is_started"), entry.value.get("is_finished")
        if isinstance(started, bool) and "start_time" in entry.value:
            has_start = entry.value["start_time"] not in ("", None)
            if started != has_start:
                yield Finding(entry, ("is_started",), "is_started disagrees with start_time", clip(has_start))
        if finished is True and started is False:
            yield Finding(entry, ("is_finished",), "the task has finished but was not started", "false")


@rule("tasks.count")
def count_is_of_all_pages(document: CallDocument) -> Iterator[Finding]:
    """`count` is how many tasks there are on all pages, -1 with `without_count`."""
    count = document.body.get("count")
    if type(count) is int and count != WITHOUT_COUNT and count < len(document.top.value):
        names = (str(len(document.top.value)),)
        yield Finding(document.whole, ("count",), "the page has {0} tasks", "{0} or more", names)


@rule("tasks.limit")
def page_keeps_its_limit(document: CallDocument) -> Iterator[Finding]:
    """A page has `limit` tasks at most, 100 without it."""
    if document.request is None:
        return
    limit = text_id(document.asked("limit") if document.asked("limit") is not None else PAGE)
    if limit is None or not limit.isdecimal() or len(limit) > len(str(PAGE)):
        return
    count, most = len(document.top.value), int(limit)
    if count > most:
        yield Finding(document.top, (), "the page has {0} tasks", "{1} tasks at most", (str(count), str(most)))


NAMED = (task_is_told_of_once, task_was_asked_for, answer_is_not_too_long)
STATUSES = (
    children_answer_request,
    status_goes_by_the_tasks_name,
    task_with_a_status_was_started,
    tasks_times_are_in_order,
)
LISTED = (
    task_is_told_of_once,
    answer_is_not_too_long,
    tasks_times_are_in_order,
    newest_task_comes_first,
    flags_follow_the_times,
    count_is_of_all_pages,
    page_keeps_its_limit,
)
