"""Engine 1 (pipeline.engine), driven in one process: its celery tasks go into a queue instead of a broker."""

from __future__ import annotations

import itertools

from system.differential.engines.django_setting import set_up

set_up()

from celery import current_app  # noqa: E402  # Django comes first
from celery.app.task import Task  # noqa: E402
from pipeline.engine import api, signals  # noqa: E402
from pipeline.engine.core import runtime  # noqa: E402
from pipeline.engine.models import Data, NodeRelationship, PipelineProcess, Status, core, function  # noqa: E402
from pipeline.exceptions import PipelineException  # noqa: E402
from pipeline.parser.pipeline_parser import PipelineParser  # noqa: E402

from system.differential.engines.message_queue import MessageQueue  # noqa: E402
from system.differential.engines.plugins import Rows  # noqa: E402
from system.differential.engines.run import FlowRefusedError, Run, played, watch  # noqa: E402
from system.differential.engines.tree import DEFAULT_LIMIT, flow_id, pipeline_of  # noqa: E402

TERMINATED = "forced fail by admin"

Rows.retries = lambda node: Status.objects.get(id=node).retry
Rows.passes = lambda node: Status.objects.get(id=node).loop


class _Present:
    """The present run."""

    run = None
    numbers = itertools.count()


class _Sent:
    """What the sender of a celery task gets; as text it is the task's id."""

    def __init__(self):
        self.id = f"task-{next(_Present.numbers)}"

    def __str__(self):
        return self.id


def _send(task, args=(), kwargs=None, countdown=None, **_more):
    run, sent = _Present.run, _Sent()
    after = run.dispatch if countdown is None else round(countdown * 1000)
    run.sent[sent.id] = True
    run.queue.send(after, run.take, sent.id, task.run, *args)
    return sent


def _take_back(task_id, **_more):
    _Present.run.sent.pop(task_id, None)


Task.apply_async = _send
core.revoke = _take_back
api.workers = lambda _connection: True
api.time = type("Time", (), {"sleep": staticmethod(lambda _seconds: None)})
current_app.conf.broker_url = "memory://"
function.FunctionSwitch.objects.init_db()
function.FunctionSwitchManager.is_frozen = lambda _manager: False  # asked for at every step


class Run1(Run):
    """One run on engine 1."""

    def __init__(self, wish):
        super().__init__(wish)
        _Present.run = self
        self.sent = {}
        self.placed = {}
        limits = set(self.limits.values()) or {DEFAULT_LIMIT}
        runtime.RERUN_MAX_LIMIT = core.RERUN_MAX_LIMIT = min(limits)  # engine 1 has one limit for all
        watch(signals.activity_failed, self.on_failed)

    def take(self, task_id, call, *arguments):
        """Delivers a message unless it was taken back."""
        if self.sent.pop(task_id, None):
            self.deliver(call, *arguments)

    def on_failed(self, sender, pipeline_activity_id, **_more):
        """Sees every failure that the engine tells of."""
        self.failed(pipeline_activity_id)

    # -- operations

    def start(self):
        """Starts the task."""
        try:
            pipeline = PipelineParser(pipeline_of(self.flow), cycle_tolerate=True).parse({}, {})
        except PipelineException as error:
            raise FlowRefusedError(str(error)) from None
        api.start_pipeline(pipeline, check_workers=False)

    def root_state(self):
        """The state of the task."""
        return Status.objects.get(id=self.root).state

    def on_task(self, verb):
        """An operation on the task."""
        return _told(getattr(api, f"{verb}_pipeline")(self.root))

    def on_node(self, verb, node, data):
        """An operation on a node."""
        match verb:
            case "callback":
                return _told(api.activity_callback(node, data))
            case "forced_fail":
                return _told(api.forced_fail(node, ex_data=TERMINATED))
            case "skip_exg":
                return _told(api.skip_exclusive_gateway(node, flow_id(node, data)))
            case "skip_cpg":
                flows, join = [flow_id(node, arm) for arm in data], self.steps.get(node, {}).get("join", "")
                return _told(api.skip_conditional_parallel_gateway(node, flows, join))
            case "pause_subproc":
                return _told(api.pause_pipeline(node))
            case "resume" | "resume_subproc":
                return _told(api.resume_node_appointment(node))
            case "pause":
                return _told(api.pause_node_appointment(node))
            case "retry":
                return self.retry(node)
        return _told(api.skip_node(node))

    def retry(self, node):
        """Retries a node."""
        return _told(api.retry_node(node, inputs={}))

    def sleeps_at(self, node):
        """Whether a process waits at a node."""
        return PipelineProcess.objects.filter(current_node_id=node, is_sleep=True).exists()

    # -- looks

    def rows(self):
        """The rows of the task."""
        below = NodeRelationship.objects.filter(ancestor_id=self.root).values_list("descendant_id", flat=True)
        parents = NodeRelationship.objects.filter(descendant_id__in=list(below), distance=1).order_by("id")
        owners = {one.descendant_id: one.ancestor_id for one in parents}
        states = {state.id: state for state in Status.objects.filter(id__in=[self.root, *owners])}
        if len(states) == 1 and states[self.root].state == "READY" and states[self.root].started_time is None:
            return []
        order = [self.root, *(node for node in owners if node in states and node != self.root)]
        return [self._row(states[node], owners.get(node, "")) for node in order]

    def _row(self, state, parent):
        data = Data.objects.filter(id=state.id).first() if state.state == "FAILED" else None
        return {
            "id": state.id,
            "parent": "" if state.id == self.root else parent,
            "name": state.name,
            "state": state.state,
            "version": state.version,
            "loop": state.loop,
            "retry": state.retry,
            "skip": bool(state.skip),
            "error_ignored": bool(state.error_ignorable),
            "placed": self.placed.setdefault(state.id, self.queue.now),
            "start": MessageQueue.milliseconds(state.started_time),
            "finish": MessageQueue.milliseconds(state.archived_time),
            "ex_data": data.ex_data if data else None,
        }


def _told(result):
    return result.result, str(result.message)


def play(wish):
    """What engine 1 does with one pipeline and its operations."""
    return played(Run1, wish)
