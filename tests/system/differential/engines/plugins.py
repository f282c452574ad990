"""The plugins and variables of the pipelines: they do what the flow says of a node, at the moments that it says."""

from __future__ import annotations

from pipeline.component_framework.component import Component
from pipeline.core.data.var import LazyVariable
from pipeline.core.flow.activity import Service

from system.differential.engines.django_setting import Clock


class Rows:
    """How the plugins of an engine look into its own rows; `retries` and `passes` are set by the engine's module."""

    retries = staticmethod(lambda _node: 0)
    passes = staticmethod(lambda _node: 1)
    first_retries: dict = {}


class _Interval:
    """The interval until the next look at a node, in seconds."""

    def __init__(self, seconds=0):
        self.seconds = seconds
        self.count = 0

    def next(self):
        """Seconds until the next look."""
        return self.seconds

    def reach_limit(self):
        """Whether it was looked at too often: never."""
        return False


class WorkingService(Service):
    """Takes as long as its attempt says, then succeeds or fails."""

    __need_schedule__ = True
    interval = _Interval()

    def execute(self, data, parent_data):
        """Begins an attempt: the one of this number of retries."""
        retries, node = Rows.retries(self.id), (self.id, Rows.passes(self.id))
        number = retries - Rows.first_retries.setdefault(node, retries)
        attempts = data.get_one_of_inputs("attempts")
        takes, fails = attempts[min(number, len(attempts) - 1)]
        data.set_outputs("until", Clock.queue.now + takes)
        data.set_outputs("fails", fails)
        return True

    def schedule(self, data, parent_data, callback_data=None):
        """Ends the attempt where its time is over."""
        left = data.get_one_of_outputs("until") - Clock.queue.now
        if left > 0:
            self.interval = _Interval(left / 1000)
            return True
        fails = data.get_one_of_outputs("fails")
        if fails is None:
            self.finish_schedule()
            return True
        data.set_outputs("ex_data", fails)
        return False


class WorkingComponent(Component):
    """An activity that works for a time."""

    name = "working"
    code = "working"
    bound_service = WorkingService
    form = ""


class WaitingService(Service):
    """Waits for its callback, which says whether it succeeds."""

    __need_schedule__ = True

    def execute(self, data, parent_data):
        """Begins to wait."""
        return True

    def schedule(self, data, parent_data, callback_data=None):
        """Takes the callback."""
        answer = callback_data if isinstance(callback_data, dict) else {}
        if answer.get("result") is False:
            data.set_outputs("ex_data", answer.get("ex_data", "callback failed"))
            return False
        self.finish_schedule()
        return True


class WaitingComponent(Component):
    """An activity that waits for a callback."""

    name = "waiting"
    code = "waiting"
    bound_service = WaitingService
    form = ""


class BrokenInput(LazyVariable):
    """A variable that cannot be had: what a subprocess fails on."""

    code = "broken"
    name = "broken"
    type = "general"

    def get_value(self):
        """Raises what the flow says."""
        raise ValueError(self.value)


class Passes(LazyVariable):
    """The number of the present pass of a loop: what its gateway decides by."""

    code = "passes"
    name = "passes"
    type = "general"

    def get_value(self):
        """The number, from 1."""
        return Rows.passes(self.value)
