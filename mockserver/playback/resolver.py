"""Which scenario plays for a task: one by its name, one derived for a task that a client made, or a generated one."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from taskmock.mockserver.core.scenario import PinnedScenario, Scenario
from taskmock.mockserver.generation.generator import SCENARIO_NAME, generate
from taskmock.mockserver.generation.options import GenerateOptions
from taskmock.mockserver.playback.cache import Cache
from taskmock.mockserver.playback.record import CreatedTask, SessionPlan, created_scenario

KEPT = 1024
"""Generated scenarios, and such as clients have made, that are kept in memory."""


class ScenarioSource(Protocol):
    """What playback needs of any catalog: scenarios by name."""

    def __contains__(self, name: str) -> bool: ...

    def scenario(self, name: str, held: Iterable[PinnedScenario] = ()) -> Scenario:
        """The scenario of a name: the first `held` one that still counts, else the catalog's own.

        Raises:
            ScenarioNotFoundError: There is none.
            ScenarioError: Its file is broken.
        """


class Resolved(NamedTuple):
    """The scenario that plays for a task, and what a client has made the task with (None: no client has made it)."""

    scenario: Scenario
    creation: CreatedTask | None


class ScenarioResolver:
    """Finds the scenario that plays for a task. It holds no state of its own but caches."""

    def __init__(self, options: GenerateOptions) -> None:
        self._created: Cache[Scenario] = Cache(KEPT, lambda _: 1)
        self._generated = functools.lru_cache(maxsize=KEPT)(lambda seed, key: generate(seed, key, options).scenario)

    def resolve(self, source: ScenarioSource, name: str | None, task_id: str, seed: str, plan: SessionPlan) -> Resolved:
        """The scenario that a session means by a name, if it has the task; else the one that the seed gives for it.

        Raises:
            ScenarioNotFoundError: There is none of that name.
            ScenarioError: Its file is broken.
        """
        scenario = None
        if name is not None and (name != SCENARIO_NAME or name in source):
            scenario = source.scenario(name, plan.held_for(task_id))
        creation = plan.created.get(task_id)
        if creation is not None:
            scenario = self._made(scenario, creation, task_id, seed)
        elif scenario is None or not scenario.play_for(task_id):
            scenario = self._generated(seed, task_id)
        return Resolved(scenario, creation)

    def template(self, template_id: str, seed: str) -> Scenario:
        """What tasks of a template play where no scenario is named: they have one flow, as on a real server."""
        return self._generated(seed, f"template {template_id}")

    def _made(self, scenario: Scenario | None, creation: CreatedTask, task_id: str, seed: str) -> Scenario:
        base = scenario or self.template(creation.template_id, seed)
        key = (base.digest, creation.name, task_id)
        return self._created.get(key, lambda: created_scenario(base, creation.name, task_id))
