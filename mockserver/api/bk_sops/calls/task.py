"""A task as the calls around its status know it; `get_task_detail`, with the pipeline tree of its status tree."""

from __future__ import annotations

from taskmock.mockserver.api.bk_sops.calls.call import ApiCall, Done
from taskmock.mockserver.api.bk_sops.calls.snapshot import TaskSnapshot, snapshot_of
from taskmock.mockserver.api.bk_sops.documents.edition import Document
from taskmock.mockserver.api.bk_sops.documents.pipeline import pipeline_tree
from taskmock.mockserver.api.bk_sops.documents.task import TaskFacts, is_number, project_of, task_detail
from taskmock.mockserver.api.bk_sops.errors import NOT_FOUND, UNKNOWN, RefusedError
from taskmock.mockserver.playback.player import Playback


def get_task_detail(playback: Playback, call: ApiCall) -> Done:
    """A task with its pipeline tree. Ids are numbers in the answer: an id that is none is no task's."""
    if not is_number(call.needed["task_id"]):
        raise RefusedError(NOT_FOUND, f"[API] get_task_detail {no_task(call)}")
    task = played_task(playback, call)
    data = task_detail(facts_of(task, call), pipeline_of(task), task.edition)
    return Done(data=data, key=task.record.key)


def played_task(playback: Playback, call: ApiCall) -> TaskSnapshot:
    """The task that a call names, whose nodes are known.

    Raises:
        RefusedError: It plays recorded answers, which do not say what the task is made of.
    """
    task = snapshot_of(playback, call.query())
    if task.frame is not None:
        task_id = task.record.key.task_id
        raise RefusedError(UNKNOWN, f"task[id={task_id}] plays recorded answers, which have no pipeline tree")
    return task


def no_task(call: ApiCall) -> str:
    """What is said of a task that there is none of."""
    biz_id = call.needed["bk_biz_id"]
    project = project_of(biz_id)
    return f"task[id={call.needed['task_id']}] of project[project_id={project}, biz_id={biz_id}] does not exist"


def facts_of(task: TaskSnapshot, call: ApiCall) -> TaskFacts:
    """What is known of a task besides its tree."""
    return TaskFacts(
        record=task.record,
        name=task.name,
        project=project_of(call.needed["bk_biz_id"]),
        root=task.root,
        moment=task.moment,
        creation=task.creation,
    )


def pipeline_of(task: TaskSnapshot) -> Document:
    """The pipeline tree of a task."""
    constants = task.creation.constants if task.creation else {}
    return pipeline_tree(task.history.graph, task.edition, key=task.record.draw_key, constants=constants)
