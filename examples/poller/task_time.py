"""Time for a client under test: to sleep is to move the clock of the task that it polls."""


class TaskTime:
    """Hand `sleep` and `now` to a client in place of `time.sleep` and `time.monotonic`, and no test ever waits."""

    def __init__(self, task):
        self._task = task
        self.naps = []

    def sleep(self, seconds):
        self.naps.append(seconds)
        self._task.clock.advance(seconds)

    def now(self):
        return sum(self.naps)
