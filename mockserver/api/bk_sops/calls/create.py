"""`create_task`: a task of a number of its own, CREATED until it is started; `create_and_start_task` starts it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from taskmock.mockserver.api.bk_sops.calls.call import ApiCall, Done
from taskmock.mockserver.api.bk_sops.calls.parameters import LONGEST_NAME, is_unicode
from taskmock.mockserver.api.bk_sops.calls.snapshot import snapshot_of
from taskmock.mockserver.api.bk_sops.calls.task import facts_of, pipeline_of
from taskmock.mockserver.api.bk_sops.documents.task import COMMON, created_task, is_number, project_of
from taskmock.mockserver.api.bk_sops.errors import NOT_FOUND, PARAMETERS, UNKNOWN, RefusedError
from taskmock.mockserver.api.bk_sops.request import text_of
from taskmock.mockserver.core.command import Command, Verb
from taskmock.mockserver.generation.generator import SCENARIO_NAME
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.record import CreatedTask, SessionPlan
from taskmock.mockserver.playback.store import MOST_TASKS

FIRST_NUMBER = 1001
"""The id of the first task that a session's clients make; the next one has the next number."""

FLOW_TYPES = (COMMON, "common_func")
"""What a task may be: one that its maker may start, or one that has to be claimed first."""

TEMPLATE_SOURCES = ("project", "common")
"""Whose template a task may be of: one of its project, or one that all projects share."""

LARGEST_CONSTANTS = 64 * 1024
"""The most characters of JSON that a task's constants may take: all are remembered."""

_DEEPER = 50  # levels that an answer puts around constants, and some more
_OWN_TEMPLATES = frozenset({"business", "project"})


def create_task(playback: Playback, call: ApiCall) -> Done:
    """Makes a task of what the session plays, or of what the seed gives for its template."""
    creation = _checked(playback, call)
    plan = playback.store.replan(call.session, lambda plan: _with_creation(playback, call.session, plan, creation))
    task_id = str(plan.numbered)
    task = snapshot_of(playback, call.query(task_id))
    return Done(data=created_task(facts_of(task, call), pipeline_of(task)), key=task.record.key)


def create_and_start_task(playback: Playback, call: ApiCall) -> Done:
    """Makes a task and starts it; one that has to be claimed first is not started."""
    made = create_task(playback, call)
    assert made.key is not None  # noqa: S101  # it names the new task
    if call.said.get("flow_type", COMMON) == COMMON:
        playback.command(made.key, Command(verb=Verb.START))
    return dataclasses.replace(made, message=None)


def _with_creation(playback: Playback, session: str, plan: SessionPlan, creation: CreatedTask) -> SessionPlan:
    """A session's plan with one task more, of the next number that no task of the session has."""
    taken = {*plan.tasks, *plan.created, *(record.key.task_id for record in playback.store.records(session))}
    number = max(plan.numbered + 1, FIRST_NUMBER)
    while str(number) in taken:
        number += 1
    created = {**plan.created, str(number): creation}
    if len(created) > MOST_TASKS:
        del created[next(iter(created))]
    return dataclasses.replace(plan, created=created, numbered=number)


def _checked(playback: Playback, call: ApiCall) -> CreatedTask:
    """What a client asks for.

    Raises:
        RefusedError: It cannot be had.
        ScenarioNotFoundError, ScenarioError: As for a poll.
    """
    said, template_id = call.said, call.needed["template_id"]
    source = text_of(said, "template_source") or "project"
    if not is_number(template_id):
        raise RefusedError(NOT_FOUND, _no_template(call, own=source in _OWN_TEMPLATES))
    if "pipeline_tree" in said:
        reason = "this mock makes tasks of scenarios and templates, not of trees"
        raise RefusedError(UNKNOWN, f"[API] create_task get invalid pipeline_tree: {reason}")
    return CreatedTask(
        name=str(said["name"]),
        template_id=str(int(template_id)),
        scenario=_played(playback, call),
        creator=call.user,
        constants=_constants(said.get("constants", {})),
        api={
            "flow_type": str(said.get("flow_type", COMMON)),
            "template_source": "project" if source in _OWN_TEMPLATES else "common",
        },
    )


def check_creation(playback: Playback, creation: CreatedTask) -> None:
    """Refuses what no call of `create_task` could have made.

    Raises:
        ValueError: A value cannot be, with what can.
        ScenarioNotFoundError, ScenarioError: As for a poll.
    """
    name, template_id = creation.name, creation.template_id
    if not (0 < len(name) <= LONGEST_NAME and is_unicode(name)):
        raise ValueError(f"name: must be 1 to {LONGEST_NAME} characters")
    if not is_number(template_id) or template_id != str(int(template_id)):
        raise ValueError("template_id: must be a whole number, from 1 to what a database can hold")
    choices = {"flow_type": FLOW_TYPES, "template_source": TEMPLATE_SOURCES}
    for field, allowed in choices.items():
        if creation.api[field] not in allowed:
            raise ValueError(f"{field}: must be one of {', '.join(allowed)}")
    try:
        _constants(creation.constants)
    except RefusedError as refused:
        raise ValueError(f"constants: {refused.message}") from None
    if creation.scenario != SCENARIO_NAME:
        playback.catalog.scenario(creation.scenario)


def _played(playback: Playback, call: ApiCall) -> str:
    """The name of what the session plays."""
    plan = playback.store.plan(call.session)
    name = call.scenario or plan.scenario or playback.default or SCENARIO_NAME
    if name != SCENARIO_NAME or name in playback.catalog:
        scenario = playback.catalog.scenario(name, plan.held_for(None))
        if any(play.frames for play in scenario.plays):
            reason = f"the scenario {name!r} holds recorded answers, of which no task can be made"
            raise RefusedError(UNKNOWN, f"[API] create_task create pipeline without tree error: {reason}")
    return name


def _constants(constants: Any) -> dict[str, object]:  # noqa: ANN401  # decoded JSON
    if not isinstance(constants, dict):
        raise _invalid(f"{constants!r:.80} is not of type 'object'")
    nested: object = constants
    for _ in range(_DEEPER):
        nested = [nested]
    try:
        size = len(json.dumps(nested))
    except RecursionError:
        raise _invalid("constants are nested too deeply") from None
    if size > LARGEST_CONSTANTS:
        raise _invalid(f"constants take {size} characters of JSON, {LARGEST_CONSTANTS} at most")
    return constants


def _no_template(call: ApiCall, *, own: bool) -> str:
    template_id, biz_id = call.needed["template_id"], call.needed["bk_biz_id"]
    if not own:
        return f"common template[id={template_id}] does not exist"
    project = project_of(biz_id)
    return f"template[id={template_id}] of project[project_id={project},biz_id={biz_id}] does not exist"


def _invalid(reason: str) -> RefusedError:
    return RefusedError(PARAMETERS, f"task params is invalid: {reason}")
