"""The captured situations as plays: each reproduces one task's answers, poll by poll."""

from __future__ import annotations

import dataclasses

from support.scenario_building import act, conditional, exclusive, loop, parallel, play, scripted, sub, waits
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.scenario import Play

FAILED = "任务执行失败: 脚本退出码 1"
POLLED = {"job_instance_id": 20000042, "message": "step 2 failed", "hosts": ["10.0.0.1"]}
TITLE = "发布任务"
TITLE_1 = "发布任务(v1)"
SUBPROCESS_NAME = "子流程"
ACTIVITY_CLASS = "<class 'pipeline.core.flow.activity.service_activity.ServiceActivity'>"
ROOT_CLASS = "<class 'pipeline.core.pipeline.Pipeline'>"
GATEWAY = "n" + 31 * "0"
FAILING = "n" + 31 * "1"

TRACEBACK = """Traceback (most recent call last):
  File "/app/lib/bamboo_engine/handlers/service_activity.py", line 286, in execute
    execute_success = service.execute(data=service_data, root_pipeline_data=root_pipeline_data)
                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/app/lib/pipeline/eri/imp/service.py", line 54, in execute
    execute_res = self.service.execute(data_obj, parent_data_obj)
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/app/plugin.py", line 36, in execute
    raise RuntimeError("connect to job service timeout")
RuntimeError: connect to job service timeout
"""


@dataclasses.dataclass(frozen=True)
class Situation:
    """A play, and where its readings (ms by number of the capture) are not the moments of the captures themselves."""

    play: Play
    readings: dict[str, int] = dataclasses.field(default_factory=dict)


def situation(*flow, name=TITLE, readings=None, dispatch=4, **more):
    """A situation in which a message takes a few milliseconds, as in the recorder."""
    return Situation(play(*flow, name=name, dispatch=dispatch, **more), readings or {})


def one(*flow, **more):
    """A situation of engine 1."""
    return situation(*flow, name=TITLE_1, **more)


def nested(depth):
    """Subprocesses in one another, each with an activity before and after."""
    inner = act("最内层", 5)
    for level in range(1, depth + 1):
        inner = sub(f"子流程L{level}", act(f"L{level}前", 1), inner, act(f"L{level}后", 1))
    return act("准备", 1), inner, act("收尾", 1)


def modules(count, steps):
    """Subprocesses one after another, each with a row of short activities."""
    return [sub(f"模块{a:02}", *(act(f"s{a:02}-{b:02}", 0) for b in range(steps))) for a in range(count)]


def refusal(code, message, *, polls=(), **more):
    """A fault that answers `result: false`, at some polls or at all of them."""
    return Fault(kind=FaultKind.ENVELOPE, value={"code": code, "message": message, **more}, bounds=Bounds(polls=polls))


def renamed(name, *, polls):
    """A fault that shows the task by another name."""
    return Fault(kind=FaultKind.BREAK, value={"node": "task", "add": {"name": name}}, bounds=Bounds(polls=polls))


def retries_told(node, times, most, *, polls):
    """A fault that tells of automatic retries which the task does not have."""
    info = {"node_id": node, "auto_retry_times": times, "max_auto_retry_times": most}
    status = {"exist_auto_retry_nodes": times < most, "auto_retry_nodes": [node]}
    value = {"node": "task", "add": {"failed_node_info": {node: info}, "auto_retry_status": status}}
    return Fault(kind=FaultKind.BREAK, value=value, bounds=Bounds(polls=polls))


def then_fails(takes, text=FAILED, **more):
    return act("准备", 2), act("执行作业", (takes, text), **more)


LINEAR = tuple(
    act(name, seconds)
    for name, seconds in (("拉取制品", 12), ("停止服务", 8), ("启动服务", 20), ("健康检查", 6), ("通知", 1))
)

THREE_STEPS = (act("步骤1", 1), act("步骤2", 1), act("步骤3", (0, FAILED)))

SITUATIONS = {
    "big-linear-200": situation(*(act(f"步骤{n:03}", 0) for n in range(200)), dispatch=2, readings={"01": 900}),
    "conditional-parallel": situation(
        conditional("a", "c", a=[act("分支0", 2)], b=[act("分支1", 3)], c=[act("分支2", 4)])
    ),
    "created": situation(
        act("执行脚本", 2),
        start=1,
        readings={"02": 0},
    ),
    "error-iam": situation(
        faults=(refusal(3599999, "iam authentication exception, please check, action:task_view", data=None),)
    ),
    "error-project-not-found": situation(faults=(refusal(3540400, "project(2) with scope(cmdb_biz) does not exist."),)),
    "error-task-not-found": situation(
        faults=(refusal(3599999, "task[id=10] get status error: TaskFlowInstance matching query does not exist."),)
    ),
    "expired": situation(act("执行脚本", 2), expires=0),
    "error-ignored": situation(act("准备", 2), act("可忽略失败", (0, FAILED), ignored=True), act("收尾", 5)),
    "error-ignored-last": situation(act("准备", 1), sub("子流程", act("可忽略失败(最后)", (2, FAILED), ignored=True))),
    "exclusive-a": situation(act("准备", 1), exclusive("a", a=[act("左支", 2)], b=[act("右支", 3)])),
    "exclusive-b": situation(act("准备", 1), exclusive("b", a=[act("左支", 2)], b=[act("右支", 3)])),
    "failed-false": situation(*then_fails(0, id=FAILING), faults=(retries_told(FAILING, 1, 3, polls=(4,)),)),
    "failed-poll-false": situation(*then_fails(3, POLLED)),
    "failed-raise": situation(*then_fails(0, TRACEBACK)),
    "loop": situation(loop(4, act("循环体1", 1), act("循环体2", 1)), readings={"01": 9000}),
    "loop-timeline": situation(
        loop(3, act("等待体", 3), act("循环体2", 2)), readings={"03": 7010, "05": 12020, "07": 16000}
    ),
    "parallel-converge-wait": situation(parallel([act("快", 1)], [act("慢", 20)])),
    "parallel-nested": situation(
        parallel([parallel([act("内0", 2)], [act("内1", 3)], [act("内2", 4)])], [act("外", 7)])
    ),
    "timeline-linear": situation(*LINEAR, start=1),
    "subprocess-depth1": situation(*nested(1)),
    "subprocess-depth2": situation(*nested(2)),
    "subprocess-depth4": situation(*nested(4)),
}

SITUATIONS |= {
    "node-suspended": situation(
        act("准备", 5),
        act("执行作业", 10),
        act("收尾", 5),
        events=(scripted(2, "pause", "执行作业"), scripted(65.03, "resume", "执行作业")),
    ),
    "node-suspended-order": situation(act("甲", 3), act("乙", 2), act("丙", 1), events=(scripted(1, "pause", "丙"),)),
    "pause": situation(
        act("准备", 5),
        act("执行作业", 10),
        act("收尾", 5),
        events=(scripted(7.005, "pause"), scripted(135.118, "resume")),
    ),
    "retry": situation(
        act("准备", 2),
        act("执行作业", (0, FAILED), (0, FAILED), 4),
        act("收尾", 2),
        events=(scripted(32.037, "retry", "执行作业"), scripted(62.06, "retry", "执行作业")),
    ),
    "skip": situation(
        act("准备", 2), act("执行作业", (3, FAILED)), act("收尾", 10), events=(scripted(50.038, "skip", "执行作业"),)
    ),
    "revoked": situation(act("准备", 2), act("执行作业", 31), act("收尾", 1), events=(scripted(8, "revoke"),)),
    "revoked-paused": situation(
        act("准备", 1), act("执行作业", 30), act("收尾", 1), events=(scripted(5, "pause"), scripted(31.1, "revoke"))
    ),
    "subprocess-paused": situation(
        act("准备", 1),
        sub("子流程", act("子步骤1", 4), act("子步骤2", 2)),
        events=(scripted(3.001, "pause_subproc", "子流程"), scripted(5.08, "resume_subproc", "子流程")),
    ),
    "exclusive-failed": situation(
        exclusive(None, id=GATEWAY, a=[act("左支", 2)], b=[act("右支", 3)]),
        readings={"01": 13},
        events=(scripted(0.02, "skip_exg", GATEWAY, "b"),),
    ),
    "rollback": situation(
        *THREE_STEPS,
        dispatch=7,
        events=(scripted(2.03, "rollback", "步骤1"),),
        readings={
            "01": 2029,
            "02": 2036,
            "03": 2037,
            "04": 2043,
            "05": 2044,
            "06": 2051,
            "07": 2058,
            "08": 2060,
            "09": 3059,
        }
        | {"10": 3066, "11": 3067, "12": 4067, "13": 4080},
    ),
    "waiting-callback": situation(
        act("准备", 1),
        waits("人工确认"),
        waits("审批"),
        act("收尾", 1),
        events=(
            scripted(601.02, "callback", "人工确认"),
            scripted(601.038, "callback", "审批", {"result": False, "ex_data": "审批被拒绝"}),
            scripted(601.043, "retry", "审批"),
            scripted(601.052, "callback", "审批"),
        ),
        readings={"07": 602_100},
    ),
    "subprocess-not-reached": situation(act("准备", 10), sub(SUBPROCESS_NAME, act("等待", 2)), readings={"03": 12_100}),
    "big-subprocess-20x30": situation(
        parallel(modules(20, 28)), dispatch=3, readings={"01": 3 * (2 + 11 * 31), "02": 2000}
    ),
}

SITUATIONS |= {
    "v1-error-ignored": one(act("可忽略", (0, FAILED), ignored=True), act("收尾", 1), readings={"01": 1100}),
    "v1-exclusive-failed": one(exclusive(None, a=[act("左支")])),
    "v1-failed-false": one(act("准备", 1), act("执行作业", (0, FAILED))),
    "v1-failed-poll-false": one(act("准备", 1), act("执行作业", (2, FAILED))),
    "v1-failed-raise": one(act("准备", 1), act("执行作业", (0, TRACEBACK))),
    "v1-loop": one(act("头", 0), loop(3, act("循环体", 0)), readings={"01": 100}),
    "v1-node-suspended": one(
        act("准备", 3),
        act("被预约暂停", 1),
        events=(scripted(1, "pause", "被预约暂停"), scripted(3.04, "resume", "被预约暂停")),
    ),
    "v1-pause": one(
        act("准备", 1), act("执行作业", 5), act("收尾", 1), events=(scripted(3, "pause"), scripted(6.043, "resume"))
    ),
    "v1-retry": one(act("准备", 1), act("执行作业", (0, FAILED), 2), events=(scripted(21.028, "retry", "执行作业"),)),
    "v1-seed-like": one(act(ACTIVITY_CLASS, (0, FAILED)), dispatch=5, faults=(renamed(ROOT_CLASS, polls=(2,)),)),
    "v1-skip": one(
        act("准备", 1), act("执行作业", (0, FAILED)), act("收尾", 1), events=(scripted(26.035, "skip", "执行作业"),)
    ),
    "v1-subprocess": one(act("准备", 5), sub(SUBPROCESS_NAME, act("内层", 3)), readings={"03": 8100}),
    "v1-timeline": one(act("拉取制品", 4), act("部署", 6), act("检查", 0)),
    "v1-waiting-callback": one(waits("等待回调"), dispatch=4, events=(scripted(0.012, "callback", "等待回调"),)),
}

NOTES = {
    "big-subprocess-20x30": "The recorder's one worker ran the arms one by one: here they are one arm.",
    "failed-false": "The recorder had put automatic retries into the fourth answer by hand: so does `break`.",
    "v1-seed-like": "The second answer has the root's name as the engine stores it: `break` puts it there.",
}
"""What is to be said of a situation that is reproduced."""

RECORDED = {
    "v211-loop-retry": "Engine line 2.11 and its state LOOP_READY are in no edition: no flow gives them.",
}
"""Situations that no flow gives, and why: they play as recorded answers, word for word."""
