"""Engine 2 (bamboo-engine), driven in one process, with the time-outs that bk-sops puts around it.

A node that runs is in a pool until its time is over; it is then forced to fail, if it is still in the same run.
"""

from __future__ import annotations

import json

from system.differential.engines.django_setting import set_up

set_up("pipeline.eri")

from bamboo_engine import api  # noqa: E402  # Django comes first
from bamboo_engine.engine import Engine  # noqa: E402
from bamboo_engine.eri import ExecuteInterruptPoint, ScheduleInterruptPoint  # noqa: E402
from bamboo_engine.interrupt import (  # noqa: E402
    ExecuteInterrupter,
    ExecuteKeyPoint,
    ScheduleInterrupter,
    ScheduleKeyPoint,
)
from pipeline.eri import models  # noqa: E402
from pipeline.eri.models import ExecutionData, Process, State  # noqa: E402
from pipeline.eri.runtime import BambooDjangoRuntime  # noqa: E402
from pipeline.eri.signals import post_set_state  # noqa: E402

from system.differential.engines.message_queue import MessageQueue  # noqa: E402
from system.differential.engines.plugins import Rows  # noqa: E402
from system.differential.engines.run import FlowRefusedError, Run, played, watch  # noqa: E402
from system.differential.engines.tables import keep_in_memory  # noqa: E402
from system.differential.engines.tree import DEFAULT_LIMIT, flow_id, pipeline_of  # noqa: E402

TIMED_OUT = "The node has been terminated by the system due to exceeding the 'Timeout Setting'."
TERMINATED = "The node has been terminated by admin."

TABLES = (
    models.CallbackData,
    models.ContextOutputs,
    models.ContextValue,
    models.Data,
    models.ExecutionData,
    models.Node,
    models.Process,
    models.Schedule,
    models.State,
)
keep_in_memory(*TABLES)

Rows.retries = lambda node: State.objects.get(node_id=node).retry
Rows.passes = lambda node: State.objects.get(node_id=node).loop


class Runtime(BambooDjangoRuntime):
    """The engine's own runtime; its messages go into a queue instead of a broker."""

    def __init__(self, run):
        super().__init__()
        self.run = run
        self._nodes = {}

    def get_node(self, node_id):
        """A node of the pipeline, which does not change: read once."""
        if node_id not in self._nodes:
            self._nodes[node_id] = super().get_node(node_id)
        return self._nodes[node_id]

    def beat(self, process_id):
        """Nobody looks for processes without a heartbeat."""

    def add_history(self, *_arguments, **_more):
        """Nobody asks for earlier executions."""
        return 0

    def execute(self, process_id, node_id, root_pipeline_id, parent_pipeline_id, recover_point=None, headers=None):
        """Sends the message that a process has to go on from a node."""
        self.run.queue.send(self.run.dispatch, self.run.deliver, self.run.execute, process_id, node_id)

    def schedule(self, process_id, node_id, schedule_id, callback_data_id=None, recover_point=None, headers=None):
        """Sends the message that a plugin has to look at its node."""
        message = process_id, node_id, schedule_id, callback_data_id
        self.run.queue.send(0, self.run.deliver, self.run.schedule, *message)

    def set_next_schedule(self, process_id, node_id, schedule_id, schedule_after, headers=None, callback_data_id=None):
        """Sends the same message for later."""
        message = process_id, node_id, schedule_id, callback_data_id
        self.run.queue.send(round(schedule_after * 1000), self.run.deliver, self.run.schedule, *message)

    def node_rerun_limit(self, root_pipeline_id, node_id):
        """How often a node may run again."""
        return self.run.limits.get(node_id, DEFAULT_LIMIT)


class Run2(Run):
    """One run on engine 2."""

    def __init__(self, wish):
        super().__init__(wish)
        self.runtime = Runtime(self)
        self.engine = Engine(self.runtime)
        self.pool = {}
        watch(post_set_state, self.on_state)

    # -- messages

    def execute(self, process_id, node_id):
        """A process goes on from a node."""
        where = {"process_id": process_id, "root_pipeline_id": self.root, "parent_pipeline_id": self.root}
        interrupter = ExecuteInterrupter(
            runtime=self.runtime,
            current_node_id=node_id,
            check_point=ExecuteInterruptPoint(name=ExecuteKeyPoint.ENTRY),
            recover_point=None,
            headers={},
            **where,
        )
        self.engine.execute(node_id=node_id, interrupter=interrupter, headers={}, **where)

    def schedule(self, process_id, node_id, schedule_id, callback_data_id):
        """A plugin looks at its node."""
        which = {"process_id": process_id, "schedule_id": schedule_id, "callback_data_id": callback_data_id}
        interrupter = ScheduleInterrupter(
            runtime=self.runtime,
            current_node_id=node_id,
            check_point=ScheduleInterruptPoint(name=ScheduleKeyPoint.ENTRY),
            recover_point=None,
            headers={},
            **which,
        )
        self.engine.schedule(node_id=node_id, interrupter=interrupter, headers={}, **which)

    # -- what bk-sops does by itself

    def on_state(self, sender, node_id, to_state, version, **_more):
        """Sees every change of a state."""
        times_out = self.steps.get(node_id, {}).get("times_out")
        if to_state == "RUNNING" and times_out is not None and (node_id, version) not in self.pool:
            self.pool[node_id, version] = self.queue.now + times_out
            self.queue.send(times_out, self.deliver, self._time_out, node_id, version)
        elif to_state in {"FAILED", "FINISHED", "SUSPENDED"}:
            self.pool.pop((node_id, version), None)
        if to_state == "FAILED":
            self.failed(node_id)

    def _time_out(self, node_id, version):
        if self.pool.get((node_id, version), self.queue.now + 1) > self.queue.now:
            return
        del self.pool[node_id, version]
        current = Process.objects.filter(root_pipeline_id=self.root, current_node_id=node_id).exists()
        if current and State.objects.filter(node_id=node_id, version=version).exists():
            api.forced_fail_activity(runtime=self.runtime, node_id=node_id, ex_data=TIMED_OUT)

    def retry(self, node):
        """Retries a node."""
        return _told(api.retry_node(runtime=self.runtime, node_id=node, data=None))

    def sleeps_at(self, node):
        """Whether a process waits at a node."""
        return self.runtime.get_sleep_process_info_with_current_node_id(node)

    # -- operations

    @staticmethod
    def words_of(error):
        """The last line of its traceback."""
        return f"{type(error).__module__}.{type(error).__qualname__}: {error}"

    def start(self):
        """Starts the task."""
        pipeline = pipeline_of(self.flow)
        accepted, said = _told(api.run_pipeline(runtime=self.runtime, pipeline=pipeline, cycle_tolerate=True))
        if not accepted:
            raise FlowRefusedError(said)

    def root_state(self):
        """The state of the task."""
        return State.objects.get(node_id=self.root).name

    def on_task(self, verb):
        """An operation on the task."""
        return _told(getattr(api, f"{verb}_pipeline")(runtime=self.runtime, pipeline_id=self.root))

    def on_node(self, verb, node, data):
        """An operation on a node."""
        asked = {"runtime": self.runtime, "node_id": node}
        match verb:
            case "retry":
                known = _told(api.get_data(**asked))
                return self.retry(node) if known[0] else known
            case "callback":
                version = self.runtime.get_state(node).version
                return _told(api.callback(version=version, data=data, **asked))
            case "forced_fail":
                return _told(api.forced_fail_activity(ex_data=TERMINATED, **asked))
            case "skip_exg":
                return _told(api.skip_exclusive_gateway(flow_id=flow_id(node, data), **asked))
            case "skip_cpg":
                flows, join = [flow_id(node, arm) for arm in data], self.steps.get(node, {}).get("join", "")
                skip = api.skip_conditional_parallel_gateway
                return _told(skip(flow_ids=flows, converge_gateway_id=join, **asked))
            case "pause_subproc" | "resume_subproc":
                call = getattr(api, verb.replace("subproc", "pipeline"))
                return _told(call(runtime=self.runtime, pipeline_id=node))
        calls = {"skip": api.skip_node, "pause": api.pause_node_appoint, "resume": api.resume_node_appoint}
        return _told(calls[verb](**asked))

    # -- looks

    def rows(self):
        """The rows of the task."""
        states = State.objects.filter(root_id=self.root).order_by("id")
        return [self._row(state) for state in states]

    @staticmethod
    def _row(state):
        failed = state.name == "FAILED"
        data = ExecutionData.objects.filter(node_id=state.node_id).first() if failed else None
        return {
            "id": state.node_id,
            "parent": state.parent_id,
            "name": None,
            "state": state.name,
            "version": state.version,
            "loop": state.loop,
            "retry": state.retry,
            "skip": bool(state.skip),
            "error_ignored": bool(state.error_ignored),
            "placed": MessageQueue.milliseconds(state.created_time),
            "start": MessageQueue.milliseconds(state.started_time),
            "finish": MessageQueue.milliseconds(state.archived_time),
            "ex_data": json.loads(data.outputs).get("ex_data") if data else None,
        }


def _told(result):
    trace = (result.exc_trace or str(result.message)).strip().splitlines()
    return result.result, trace[-1] if trace else ""


def play(wish):
    """What engine 2 does with one pipeline and its operations."""
    try:
        return played(Run2, wish)
    finally:
        for model in TABLES:
            model.objects.clear()
