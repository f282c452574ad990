"""The plugins that a task's activities are: their codes, and what they take in and give out. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from taskmock.mockserver.core.draw import draw_int
from taskmock.mockserver.core.flow import SECOND, Activity

PAUSE = "pause_node"
"""The plugin that waits for a callback."""

SCRIPT = "job_fast_execute_script"
"""The plugin that runs a script: what every activity is that does not wait."""

PRESETS: Mapping[str, Mapping[str, str]] = {
    PAUSE: {"callback_data": "API回调数据", "_result": "执行结果", "_loop": "循环次数"},
    SCRIPT: {"job_inst_id": "JOB任务ID", "job_inst_url": "JOB任务链接", "_result": "执行结果", "_loop": "循环次数"},
}
"""What each plugin gives out: the names of its outputs by their keys (the document's own)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Component:
    """A plugin with what a task's author has filled in."""

    code: str
    inputs: Mapping[str, object]


def component_of(activity: Activity) -> Component:
    """The plugin that an activity is."""
    if activity.waits:
        return Component(PAUSE, {"description": ""})
    first = activity.attempts[0]
    script = f"sleep {first.takes / SECOND:g}"
    if first.fails is not None:
        script += "\nexit 1"
    return Component(
        SCRIPT,
        {
            "job_account": "root",
            "job_content": script,
            "job_ip_list": "127.0.0.1",
            "job_script_param": "",
            "job_script_source": "manual",
            "job_script_timeout": "",
            "job_script_type": "1",
        },
    )


def given_outputs(activity: Activity, *, loop: int, good: bool, callback: object, key: str) -> dict[str, object]:
    """What an activity has given out when an attempt of a pass is over; `key` is what ids of jobs are drawn from."""
    if activity.waits:
        given: dict[str, object] = {"callback_data": callback}
    else:
        job = draw_int(100_000, 999_999, key, "job")
        given = {"job_inst_id": job, "job_inst_url": f"http://job_host/api_execute/{job}"}
    return {**given, "_result": good, "_loop": loop}
