"""A scenario with one node that fails and one that waits, and what a task that plays it shows."""

from support.mock_calls import send
from taskmock.mockserver.core.flow import Activity, Attempt
from taskmock.mockserver.core.scenario import Play, Scenario

COPY = Scenario(
    name="copy",
    edition="v2",
    plays=(
        Play(
            name="Copy all",
            start=1000,
            flow=(
                Activity(name="Prepare", attempts=(Attempt(takes=2000),)),
                Activity(name="Copy", attempts=(Attempt(takes=3000, fails="disk full"), Attempt(takes=4000))),
                Activity(name="Approve", waits=True),
            ),
        ),
    ),
)


def states(task) -> dict[str, str]:
    """The states of the task and its named nodes."""
    data = send(task.url).json["data"]
    return {node["name"]: node["state"] for node in [data, *data["children"].values()] if node["name"]}
