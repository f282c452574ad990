"""The calls about several tasks: their statuses in one batch, a list of them, and whether they wait for a person."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Sequence

from taskmock.mockserver.api.bk_sops.calls.call import ApiCall, Done, said_flag
from taskmock.mockserver.api.bk_sops.calls.parameters import TRUE
from taskmock.mockserver.api.bk_sops.calls.snapshot import TaskSnapshot, snapshot, snapshot_of
from taskmock.mockserver.api.bk_sops.calls.task import facts_of
from taskmock.mockserver.api.bk_sops.documents.edition import Document
from taskmock.mockserver.api.bk_sops.documents.flags import WHOLE_TASK
from taskmock.mockserver.api.bk_sops.documents.recorded import recorded_nodes
from taskmock.mockserver.api.bk_sops.documents.renderer import CLIPPED, data_at
from taskmock.mockserver.api.bk_sops.documents.status import without_children
from taskmock.mockserver.api.bk_sops.documents.task import (
    TaskFacts,
    batch_entry,
    intervention_entry,
    is_number,
    list_entry,
)
from taskmock.mockserver.api.bk_sops.errors import INVALID_OPERATION, PARAMETERS, UNKNOWN, RefusedError
from taskmock.mockserver.api.bk_sops.request import text_of
from taskmock.mockserver.core.errors import ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.flow import Activity
from taskmock.mockserver.core.graph import ROOT
from taskmock.mockserver.core.state import State
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Playing
from taskmock.mockserver.playback.record import Record

MOST_STATUSES = 50
"""The most tasks of a batch (the document)."""

MOST_INTERVENTIONS = 9
"""The most tasks that are asked about at once; the real server's refusal of more speaks of 10 (fact)."""

PAGE, LARGEST_PAGE = 100, 200
"""How many tasks a list has where the call does not say, and at most (facts)."""

_NUMBER = re.compile("-?[0-9]{1,15}")
_EXEMPT = frozenset({State.CREATED, State.FINISHED, State.REVOKED})
_WAITING = frozenset({State.FAILED, State.SUSPENDED})


# -- get_tasks_status


def get_tasks_status(playback: Playback, call: ApiCall) -> Done:
    """The statuses of several tasks, the highest id first: one poll of each, which meets none of its faults."""
    task_ids = _task_ids(call, most=MOST_STATUSES, said_most=MOST_STATUSES)
    children = str(call.said.get("include_children_status", False)).lower() in TRUE
    note = _clipped if call.quirks and not children else None
    polls = (playback.poll(call.query(task_id), with_faults=False, note=note) for task_id in task_ids)
    found = [(task, status) for task in map(snapshot, polls) if (status := _status(task)) is not None]
    return Done(
        data=[
            batch_entry(facts_of(task, call), status if children else without_children(status), task.edition)
            for task, status in found
        ]
    )


def _clipped(playing: Playing, moment: int) -> dict[str, str]:
    """What a batch without children notes of a task that is only created."""
    history = playing.history
    created = not (history.frames or history.started_at(moment) or history.expired_at(moment))
    return {CLIPPED: "true"} if created else {}


def _status(task: TaskSnapshot) -> Document | None:
    """What `get_task_status` says of a task that meets no fault; None where nothing sensible was recorded."""
    if task.frame is not None:
        data = task.frame.body.get("data")
        return copy.deepcopy(data) if isinstance(data, dict) else None
    if task.expired and not task.edition.expires:
        return None  # there is no form for it
    return data_at(task.record, task.history, task.edition, task.moment, WHOLE_TASK)


def _task_ids(call: ApiCall, *, most: int, said_most: int) -> list[str]:
    """The tasks that a call is about, each once, the highest id first; what is no task's id is left out.

    Raises:
        RefusedError: There is no list, or it is too long.
    """
    said: list[object] = call.said["task_id_list"]
    if len(said) > most:
        raise RefusedError(PARAMETERS, f"task_ids_list length can not exceeds {said_most}")
    plain = (str(task_id).strip() for task_id in said if isinstance(task_id, (int, str)))
    numbers = {int(task_id) for task_id in plain if is_number(task_id)}
    return [str(number) for number in sorted(numbers, reverse=True) if call.owns(str(number))]


# -- get_tasks_manual_intervention_state


def get_tasks_manual_intervention_state(playback: Playback, call: ApiCall) -> Done:
    """Whether each of several tasks waits for a person, the highest id first."""
    task_ids = _task_ids(call, most=MOST_INTERVENTIONS, said_most=MOST_INTERVENTIONS + call.quirks)
    tasks = [snapshot_of(playback, call.query(task_id)) for task_id in task_ids]
    if call.quirks and any(task.expired for task in tasks):
        # The real server stumbles over the two keys that are left of such a task.
        message = "task.is_manual_intervention_required get fail"
        raise RefusedError(UNKNOWN, message, extra={"data": None})
    return Done(data=[intervention_entry(facts_of(task, call), waits_for_person(task)) for task in tasks])


def waits_for_person(task: TaskSnapshot) -> bool:
    """Whether a task goes on only if a person does something (the document's rule).

    It has failed nodes, is paused or has a subprocess or node that is, or a node runs that waits for a callback.
    """
    root, others = _states(task)
    if task.expired or root in _EXEMPT:
        return False
    return not _WAITING.isdisjoint({root, *others}) or _is_called_back(task)


def _states(task: TaskSnapshot) -> tuple[str, set[str]]:
    """The state of a task, and those of its nodes."""
    if task.frame is not None:
        states = [node.state or State.CREATED for node in recorded_nodes(task.frame.body)] or [State.CREATED]
        return states[0], set(states[1:])
    shown = task.tree.states
    return shown.get(ROOT, State.CREATED), {state for index, state in shown.items() if index != ROOT}


def _is_called_back(task: TaskSnapshot) -> bool:
    if task.frame is not None:
        return False
    steps = ((task.history.graph.nodes[index].step, row) for index, row in task.tree.rows.items())
    return any(isinstance(step, Activity) and step.waits and row.state is State.RUNNING for step, row in steps)


# -- get_task_list


def get_task_list(playback: Playback, call: ApiCall) -> Done:
    """The tasks of a session, the highest id first, page by page."""
    offset, limit = _page(call)
    found = list(_matching(playback, call, _known(playback, call)))
    shown = [list_entry(facts) for facts in found[offset : offset + limit]]
    count = -1 if said_flag(call.said, "without_count") else len(found)
    return Done(data=shown, beside={"count": count})


def get_task_count(playback: Playback, call: ApiCall) -> Done:
    """How many tasks of a session a list of all would have."""
    return Done(data={"count": len(list(_matching(playback, call, _known(playback, call))))}, message=None)


def _page(call: ApiCall) -> tuple[int, int]:
    """Where a page begins, and how many tasks it has at most.

    Raises:
        RefusedError: These are no such numbers.
    """
    try:
        offset, limit = (_whole(call.said.get(name, usual)) for name, usual in (("offset", 0), ("limit", PAGE)))
        if offset < 0 or limit < 0:
            raise ValueError("offset and limit must be greater or equal to 0.")
    except ValueError as error:
        raise RefusedError(INVALID_OPERATION, f"[API] pagination error: {error}", extra={"data": ""}) from None
    return offset, min(limit, LARGEST_PAGE)


def _whole(value: object) -> int:
    text = str(value)
    if not _NUMBER.fullmatch(text):
        shown = text if len(text) <= 20 else text[:20] + "…"
        raise ValueError(f"invalid literal for int() with base 10: {shown!r}")
    return int(text)


def _known(playback: Playback, call: ApiCall) -> Iterable[Record]:
    """The tasks that the session knows, each once, the highest id first."""
    records = playback.store.records(call.session)
    latest = {int(record.key.task_id): record for record in records if is_number(record.key.task_id)}
    return (latest[number] for number in sorted(latest, reverse=True) if call.owns(str(number)))


def _matching(playback: Playback, call: ApiCall, records: Iterable[Record]) -> Iterator[TaskFacts]:
    keyword = text_of(call.said, "keyword")
    started, finished = said_flag(call.said, "is_started"), said_flag(call.said, "is_finished")
    for record in records:
        try:
            task = snapshot_of(playback, call.query(record.key.task_id, scenario=record.key.scenario))
        except (ScenarioNotFoundError, ScenarioError):
            continue  # taken out of the catalog: nothing says what the task is
        facts = facts_of(task, call)
        wanted = keyword in facts.name and started in {None, facts.started} and finished in {None, facts.finished}
        if wanted and _is_asked_for(call, facts):
            yield facts


def _is_asked_for(call: ApiCall, facts: TaskFacts) -> bool:
    """Whether a task is one of the person, method and templates that a call names."""
    templates: Sequence[str] = [part.strip() for part in text_of(call.said, "template_ids").split(",") if part.strip()]
    return (
        text_of(call.said, "executor") in {"", facts.executor}
        and text_of(call.said, "create_method") in {"", facts.create_method}
        and text_of(call.said, "template_id") in {"", facts.template_id}
        and (not templates or facts.template_id in templates)
        and not said_flag(call.said, "is_child_taskflow")
    )
