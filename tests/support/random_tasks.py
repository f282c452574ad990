"""Random pipelines and random commands for them, each from a number: the same number, the same ones."""

from __future__ import annotations

import random

from support.scenario_building import KEY, act, conditional, exclusive, given, loop, ms, parallel, play, sub, waits
from taskmock.mockserver.api.bk_sops.documents.status import PLAYED
from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.convergence import refusal_of
from taskmock.mockserver.core.engine.engine import Setting
from taskmock.mockserver.core.engine.history import history_of
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.flow import AutoRetry
from taskmock.mockserver.core.graph import graph_of
from taskmock.mockserver.core.scenario import Event, Trigger

LATENCIES = (0, 0, 40, 700)
"""Milliseconds between two messages."""


FITTING = {
    ("FAILED", False): ("retry", "retry", "skip", "skip", "skip_exg", "rollback"),
    ("SUSPENDED", False): ("resume",),
    ("RUNNING", False): ("callback", "callback", "forced_fail", "pause"),
    ("FINISHED", False): ("rollback",),
    ("RUNNING", True): ("pause", "pause", "pause", "revoke"),
    ("BLOCKED", True): ("revoke",),
    ("SUSPENDED", True): ("resume", "resume", "resume", "revoke"),
}
"""What can be done to a node (or, True, the task) in a state."""


TRIGGERED = (
    ("FAILED", "retry"),
    ("FAILED", "skip"),
    ("RUNNING", "forced_fail"),
    ("RUNNING", "callback"),
    ("RUNNING", "pause"),
    ("SUSPENDED", "resume"),
    ("FINISHED", "rollback"),
)
"""States that an event follows, with what it then does."""


class Chance:
    """Draws one pipeline; every activity has a name of its own."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.names = []
        self.budget = self.random.randint(2, 14)

    def script(self):
        """A whole play."""
        flow = self.flow(3)
        while refusal_of(tuple(flow)):
            self.names, self.budget = [], self.random.randint(2, 14)
            flow = self.flow(3)
        return play(*flow, name="Task", start=self.random.choice((0, 1000)), dispatch=self.random.choice(LATENCIES))

    def flow(self, levels):
        """A stretch of one to three steps."""
        return [self.step(levels) for _ in range(self.random.randint(1, 3))]

    def step(self, levels):
        """One step of any kind."""
        self.budget -= 1
        kinds = ["act"] * 3 + (["sub", "sub", "par", "exc", "con", "loop"] if levels and self.budget > 0 else [])
        match self.random.choice(kinds):
            case "sub":
                fails = "bad inputs" if self.random.random() < 0.15 else None
                return sub(self.name(), *self.flow(levels - 1), fails=fails)
            case "par":
                return parallel(*(self.flow(levels - 1) for _ in range(self.random.randint(2, 3))))
            case "exc":
                take = self.random.choice(("a", "a", "b", None))
                return exclusive(take, id=self.gateway(), a=self.flow(levels - 1), b=self.arm())
            case "con":
                return conditional(*self.random.choice((("a", "c"), ("a",), ("a", "b", "c"))), **self.arms(levels))
            case "loop":
                limit = self.random.choice((None, None, 1, 2))
                return loop(self.random.randint(1, 4), *self.flow(levels - 1), limit=limit)
        return self.activity()

    def arm(self):
        """An arm without a node, or with a few."""
        return [] if self.random.random() < 0.3 else self.flow(0)

    def arms(self, levels):
        """Three arms."""
        return {name: self.flow(levels - 1) for name in "abc"}

    def activity(self):
        """One activity of any kind."""
        seconds = self.random.choice((0, 1, 2, 3))
        more = {"limit": self.random.choice((None, None, 1))} | {
            "loop": self.random.choice((1, 1, 1, 2, 3)),
            "ignored": self.random.random() < 0.15,
        }
        if self.random.random() < 0.2:
            more["times_out"] = self.random.choice((500, 5000))
        if self.random.random() < 0.2:
            more["auto_retry"] = AutoRetry(max=2, after=self.random.choice((0, 900)))
        if self.random.random() < 0.2:
            return waits(self.name(), at_most=self.random.choice((None, 2500)), **more)
        takes = [(seconds, "failed")] if self.random.random() < 0.35 else [seconds]
        return act(self.name(), *takes, *([seconds] if self.random.random() < 0.5 else []), **more)

    def name(self):
        """A name that no other node has."""
        self.names.append(f"N{len(self.names)}")
        return self.names[-1]

    def gateway(self):
        """A pinned id for a gateway."""
        self.names.append("n" + f"{len(self.names):031x}")
        return self.names[-1]


class Life:
    """One task with the commands that were accepted in its life, and those refused."""

    COMMANDS = (0, 15)
    """How many commands are tried, at least and at most."""

    def __init__(self, number, edition):
        chance = Chance(number)
        self.number = number
        self.tried = []
        self.edition = PLAYED[edition]
        self.script = chance.script()
        self.graph = graph_of(self.script.flow, name="Task", key=KEY, prefix=self.edition.prefix)
        self.log = []
        self.refused = []
        moment = 0.0
        for _ in range(chance.random.randint(*self.COMMANDS)):
            moment += chance.random.choice((0, 0.001, 0.3, 1, 1, 2.5))
            verb, target = self.wish(chance, moment)
            data = chance.random.choice((None, "a", "b", {"result": False, "ex_data": "no"}))
            self.try_command(given(moment, verb, target, data))

    def wish(self, chance, moment):
        """The next command to try, as verb and target."""
        return self.fitting(chance.random, moment) or self.any(chance)

    @staticmethod
    def any(chance):
        """A command that most likely does not fit."""
        verb = chance.random.choice([verb for verb in Verb if verb is not Verb.START])
        return verb, TASK if chance.random.random() < 0.25 else chance.random.choice(chance.names)

    def fitting(self, chance, moment):
        """Now and then, a command that the state of some node asks for."""
        tree = self.history(self.log).tree_at(ms(moment))
        if not tree.rows or chance.random() < 0.25:
            return None
        index, row = chance.choice(list(tree.rows.items()))
        target = TASK if index == 0 else self.graph.nodes[index].id
        fits = FITTING.get((str(row.state), index == 0), ())
        verb = chance.choice(fits) if fits else None
        return verb and (verb, target)

    def try_command(self, entry):
        """Gives a command; it is in the log or among the refused."""
        self.tried.append(entry)
        try:
            self.history([*self.log, entry])
        except CommandRefusedError as error:
            self.refused.append((entry, str(error)))
        else:
            self.log.append(entry)

    @property
    def setting(self):
        """When the task starts, and whose habits the engine has."""
        script = self.script
        return Setting(
            start=script.start, dispatch=script.dispatch, dialect=self.edition.dialect, quirks=self.edition.served
        )

    def history(self, log):
        """All changes of the task under a log."""
        return history_of(self.graph, self.setting, (), log)

    def triggers(self):
        """A few events that follow states of nodes."""
        chance = random.Random(self.number)
        nodes = [node for node in self.graph.nodes if node.path]
        events = []
        for node in chance.sample(nodes, min(4, len(nodes))):
            state, verb = chance.choice(TRIGGERED)
            target = chance.choice((node.id, TASK)) if verb in {"pause", "resume"} else node.id
            after, times = chance.choice((0, 0, 500)), chance.choice((1, 1, 2))
            trigger = Trigger(node=node.id, state=state, times=times, after=after)
            events.append(Event(trigger=trigger, command=Command(verb=Verb(verb), target=target)))
        return events

    def scripted(self, entries):
        """All changes where the commands are the scenario's own events."""
        events = [Event(trigger=Trigger(at=entry.at), command=entry.command) for entry in entries]
        return history_of(self.graph, self.setting, events)


class UndoneLife(Life):
    """A life in which much is rolled back."""

    COMMANDS = (5, 30)

    def wish(self, chance, moment):
        """Half of the time a rollback to some node that it may go to, else as in every life."""
        rows = self.history(self.log).tree_at(ms(moment)).rows.items()
        targets = [index for index, row in rows if index and row.state in {"FINISHED", "FAILED"}]
        if targets and chance.random.random() < 0.5:
            return Verb.ROLLBACK, self.graph.nodes[chance.random.choice(targets)].id
        return super().wish(chance, moment)
