"""One pipeline with its operations on a real engine: what both engines have in common, and what bk-sops does itself.

Of bk-sops: what is said before the engine is asked, and automatic retries (a number for each node, one message for
each failure, which retries whatever it meets).
"""

from __future__ import annotations

from system.differential.engines.django_setting import Clock, forgotten
from system.differential.engines.message_queue import MessageQueue
from system.differential.engines.plugins import Rows
from system.differential.engines.tree import every_step, rerun_limits

ENDED = {"FINISHED", "REVOKED"}
"""The states of a task that is over."""


class FlowRefusedError(Exception):
    """The engine's validator refuses a flow."""


def watch(signal, receiver):
    """Has a signal tell the present run instead of the one before."""
    signal.disconnect(dispatch_uid="run")
    signal.connect(receiver, dispatch_uid="run", weak=False)


class Run:
    """One run; a subclass for each engine."""

    def __init__(self, wish):
        self.flow = wish["flow"]
        self.root = self.flow["id"]
        self.dispatch = wish["dispatch"]
        self.steps = {step["id"]: step for step in every_step(self.flow["steps"])}
        self.limits = rerun_limits(self.flow)
        self.queue = Clock.queue = MessageQueue()
        self.started = False
        self.changed = False
        self.given = 0
        self.retried = {}
        self.looks = []
        self.crashes = []
        Rows.first_retries = {}

    def play(self, operations):
        """Gives the operations; what was answered to each, and how the rows looked at every moment."""
        answers = []
        for operation in operations:
            self.queue.run(operation["at"], self.look)
            answers.append(self.operate(operation))
            self.given += 1
            self.changed = True
            self.queue.run(operation["at"], self.look)
            self.look()
        self.queue.run(None, self.look)
        return {"answers": answers, "looks": self.looks, "crashes": self.crashes}

    def deliver(self, call, *arguments):
        """Delivers a message: what goes wrong with it is written to a log, and the engine goes on."""
        self.changed = True
        try:
            call(*arguments)
        except Exception as error:  # noqa: BLE001
            self.crashes.append(f"{self.queue.now} {type(error).__name__}: {error}")

    def look(self):
        """Notes the rows of the task as they are, where something may have changed."""
        if self.changed and self.started:
            self.looks.append({"at": self.queue.now, "given": self.given, "rows": self.rows()})
        self.changed = False

    # -- operations

    def operate(self, operation):
        """Gives an operation: whether it was accepted, the last line of a refusal, and whether it is the engine's."""
        verb, node, data = operation["verb"], operation["node"], operation["data"]
        if node == self.root:
            if said := self._said_of_task(verb):
                return [False, said, False]
            if verb == "start":
                self.started = True
                self.start()
                return [True, "", True]
        try:
            accepted, said = self.on_task(verb) if node == self.root else self.on_node(verb, node, data)
        except Exception as error:  # noqa: BLE001  # bk-sops answers with its text
            return [False, self.words_of(error), True]
        return [bool(accepted), "" if accepted else said, True]

    def _said_of_task(self, verb):
        if verb == "start":
            return "already started" if self.started else ""
        if not self.started:
            return "not started"
        return "ended" if self.root_state() in ENDED else ""

    # -- automatic retries

    def failed(self, node):
        """Sends the message of an automatic retry for a failure, where one is left."""
        step = self.steps.get(node, {})
        if step.get("auto_retry"):
            most, after = step["auto_retry"]
            times = self.retried.get(node, 0)
            if times + 1 <= most:
                self.queue.send(after, self.deliver, self._retry_by_itself, node, times)

    def _retry_by_itself(self, node, times):
        if self.sleeps_at(node):
            self.retry(node)
            self.retried[node] = times + 1

    # -- what each engine has

    @staticmethod
    def words_of(error):
        """What is said of an error that the engine raises."""
        return str(error)

    def start(self):
        """Starts the task; a FlowRefusedError where the engine refuses its flow."""
        raise NotImplementedError

    def root_state(self):
        """The state of the task."""
        raise NotImplementedError

    def on_task(self, verb):
        """An operation on the task: whether it was accepted, and what is said else."""
        raise NotImplementedError

    def on_node(self, verb, node, data):
        """An operation on a node: whether it was accepted, and what is said else."""
        raise NotImplementedError

    def retry(self, node):
        """Retries a node."""
        raise NotImplementedError

    def sleeps_at(self, node):
        """Whether a process waits at a node."""
        raise NotImplementedError

    def rows(self):
        """The rows of the task as plain data, in the order of the children."""
        raise NotImplementedError


def played(run_class, wish):
    """What an engine does with one pipeline and its operations."""
    with forgotten():
        try:
            return run_class(wish).play(wish["operations"])
        except FlowRefusedError as error:
            return {"refused": str(error)}
