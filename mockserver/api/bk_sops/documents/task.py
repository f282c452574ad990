"""A task in the words of the calls around its status: its detail, its entry in lists and in batches."""

from __future__ import annotations

import dataclasses
import datetime as dt

from taskmock.mockserver.api.bk_sops.documents.edition import Document, Edition, time_text
from taskmock.mockserver.api.bk_sops.documents.pipeline import written_constants
from taskmock.mockserver.clock import EPOCH
from taskmock.mockserver.core.draw import draw_int
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.state import Row, State
from taskmock.mockserver.playback.record import CreatedTask, Record

COMMON = "common"
"""The flow type of a task that its maker may start; one of another type has to be claimed first."""


HOST = "http://bk_sops_host/"
"""Where people look at tasks (the document's own)."""


NAME = "蓝鲸"
"""What every project is called (the document's own)."""


CREATION_FIELDS = {"flow_type": COMMON, "template_source": "project"}
"""What is remembered of the call that made a task, with what counts for tasks that no client has made."""


_LARGEST = 2**31 - 1  # a database's whole number


def project_of(bk_biz_id: str) -> int:
    """The project of a business: of the same number, or of a drawn one where the id is no number."""
    number = int(bk_biz_id) if bk_biz_id.isascii() and bk_biz_id.isdecimal() else 0
    return number if 0 < number <= _LARGEST else draw_int(1, 999, "project", bk_biz_id)


ACTIONS = ("task_view", "task_edit", "task_operate", "task_claim", "task_delete", "task_clone")
"""What the caller may do to a task of a list: everything."""


CATEGORY, CATEGORY_CODE = "其它", "Other"
"""The category of every task, as lists show it; of every template, by its code."""


TEMPLATE_ACTIONS = (
    *("flow_create", "flow_view", "flow_edit", "flow_delete", "flow_create_task"),
    *("flow_create_mini_app", "flow_create_periodic_task", "flow_create_clocked_task"),
)
"""What the caller may do to a template of a list: everything."""


ADMIN = "admin"
"""Who has made the tasks that no client has made."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """What is known of a task besides its tree; `root` is its own row at `moment` (None: created, not started).

    `project` is the number of its project, and of the business that the project stands for.
    """

    record: Record
    name: str
    project: int
    root: Row | None
    moment: int
    creation: CreatedTask | None = None

    @property
    def id(self) -> int:
        """The task's id, which has to be a number."""
        return int(self.record.key.task_id)

    @property
    def url(self) -> str:
        """Where people look at the task."""
        return f"{HOST}taskflow/execute/{self.project}/?instance_id={self.record.key.task_id}"

    @property
    def creator(self) -> str:
        """Who has made the task."""
        return self.creation.creator if self.creation else ADMIN

    @property
    def executor(self) -> str:
        """Who has started the task; "" as long as it is only created."""
        return self.creator if self.root else ""

    @property
    def template_id(self) -> str:
        """The template that the task was made from; drawn for a task that no client has made."""
        return self.creation.template_id if self.creation else str(draw_int(1, 999, self.record.draw_key, "template"))

    @property
    def create_method(self) -> str:
        """How the task was made: by a call of the API, or by a person in a browser."""
        return "api" if self.creation else "app"

    @property
    def started(self) -> bool:
        """Whether the task is more than created."""
        return self.root is not None

    @property
    def finished(self) -> bool:
        """Whether the task has come to its end."""
        return self.root is not None and self.root.state is State.FINISHED

    @property
    def started_at(self) -> int | None:
        """When the task was started, in ms since 1970."""
        return None if self.root is None or self.root.start is None else self.record.epoch + self.root.start

    @property
    def ended_at(self) -> int | None:
        """When the task finished or was revoked, in ms since 1970."""
        if self.root is None or self.root.state not in {State.FINISHED, State.REVOKED}:
            return None
        # Generation 2 gives a revoked task's node no finish; the task itself has one.
        return self.record.epoch + (self.root.since if self.root.finish is None else self.root.finish)

    @property
    def current_flow(self) -> str:
        """Where in its own life the task is."""
        if self.finished:
            return "finished"
        return "execute_task" if is_claimed(self.creation) else "func_claim"


def made_with(creation: CreatedTask | None, field: str) -> str:
    """The value of one of `CREATION_FIELDS`."""
    return (creation.api if creation else {}).get(field, CREATION_FIELDS[field])


def is_claimed(creation: CreatedTask | None) -> bool:
    """Whether a task may be started; a task of another flow type than `COMMON` has to be claimed first."""
    return made_with(creation, "flow_type") == COMMON


def is_number(task_id: str) -> bool:
    """Whether a task id is one that a real server could have: a whole number from 1 that a database can hold."""
    return task_id.isascii() and task_id.isdecimal() and len(task_id) < 20 and 0 < int(task_id) < 2**63


def created_task(facts: TaskFacts, pipeline: Document) -> Document:
    """The `data` of `create_task`."""
    return {"task_id": facts.id, "task_url": facts.url, "pipeline_tree": pipeline}


def task_detail(facts: TaskFacts, pipeline: Document, edition: Edition) -> Document:
    """The `data` of `get_task_detail`; times that are not are "" in every edition (fact)."""
    owner = "project" if edition.served else "business"
    started, ended = facts.started_at, facts.ended_at
    now = facts.record.epoch + facts.moment
    elapsed = 0 if started is None else round(((now if ended is None else ended) - started) / SECOND)
    return {
        "id": facts.id,
        f"{owner}_id": facts.project,
        f"{owner}_name": NAME,
        "name": facts.name,
        "create_time": _time(facts.record.epoch),
        "creator": facts.creator,
        "create_method": facts.create_method,
        "template_id": int(facts.template_id) if edition.served else facts.template_id,
        "start_time": _time(started),
        "finish_time": _time(ended),
        "executor": facts.executor,
        "elapsed_time": elapsed,
        "pipeline_tree": pipeline,
        "task_url": facts.url,
        "constants": written_constants(facts.creation.constants if facts.creation else {}),
        "outputs": [],
        "ex_data": "",
    }


def batch_entry(facts: TaskFacts, status: Document, edition: Edition) -> Document:
    """A task's entry in the `data` of `get_tasks_status`; `status` is what `get_task_status` says of it."""
    flow = {
        "flow_type": made_with(facts.creation, "flow_type"),
        "current_flow": facts.current_flow,
        "is_deleted": False,
    }
    return {
        "id": facts.id,
        "name": facts.name,
        "status": status,
        **(flow if edition.knows_flows else {}),
        "create_time": _time(facts.record.epoch),
        "start_time": _time(facts.started_at),
        "finish_time": _time(facts.ended_at),
        "url": facts.url,
    }


def intervention_entry(facts: TaskFacts, required: bool) -> Document:  # noqa: FBT001  # the value that is written
    """A task's entry in the `data` of `get_tasks_manual_intervention_state`."""
    return {"id": facts.id, "manual_intervention_required": required}


def list_entry(facts: TaskFacts) -> Document:
    """A task's entry in the `data` of `get_task_list`; times are UTC with milliseconds there, or null (facts)."""
    return {
        "id": facts.id,
        "name": facts.name,
        "category": CATEGORY,
        "create_method": facts.create_method,
        "creator": facts.creator,
        "executor": facts.executor,
        "start_time": _utc(facts.started_at),
        "finish_time": _utc(facts.ended_at),
        "is_started": facts.started,
        "is_finished": facts.finished,
        "template_source": made_with(facts.creation, "template_source"),
        "template_id": facts.template_id,
        "is_child_taskflow": False,
        "project_id": facts.project,
        "project_name": NAME,
        "bk_biz_id": facts.project,
        "bk_biz_name": NAME,
        "auth_actions": list(ACTIONS),
    }


def template_entry(template_id: int, name: str, project: int) -> Document:
    """A template as lists show it, and as itself: all were made by the same person, at the same moment."""
    made = time_text(EPOCH)
    return {
        "id": template_id,
        "name": name,
        "creator": ADMIN,
        "create_time": made,
        "editor": ADMIN,
        "edit_time": made,
        "category": CATEGORY_CODE,
        "description": "",
        "project_id": project,
        "project_name": NAME,
        "bk_biz_id": project,
        "bk_biz_name": NAME,
    }


NOTIFIED: Document = {
    "notify_type": {"success": [], "fail": []},
    "notify_receivers": {"receiver_group": [], "more_receiver": ""},
}
"""Who is told of the end of a template's tasks, where a call asks: nobody."""


def project_entry(bk_biz_id: str) -> Document:
    """A project in the `data` of `get_user_project_list`."""
    project = project_of(bk_biz_id)
    return {"project_id": project, "bk_biz_id": project, "name": NAME}


def _time(moment: int | None) -> str:
    return "" if moment is None else time_text(moment)


def _utc(moment: int | None) -> str | None:
    if moment is None:
        return None
    return dt.datetime.fromtimestamp(moment / SECOND, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
