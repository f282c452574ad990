"""Who plays for a task: a scenario by its name, what a client has made of one, or what the seed gives."""

from __future__ import annotations

import functools

from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.generation.generator import SCENARIO_NAME, generate
from taskmock.mockserver.generation.options import GenerateOptions
from taskmock.mockserver.playback.cache import Cache
from taskmock.mockserver.playback.creation import CreatedTask, created_scenario
from taskmock.mockserver.playback.record import SessionPlan
from taskmock.mockserver.scenarios.catalog import Catalog

KEPT = 1024
"""Generated scenarios, and such as clients have made, that are kept in memory."""


class ScenarioResolver:
    """Finds the scenario that plays for a task. It holds no state of its own but caches."""

    def __init__(self, wish: GenerateOptions) -> None:
        self._created: Cache[Scenario] = Cache(KEPT, lambda _: 1)
        self._generated = functools.lru_cache(maxsize=KEPT)(
            lambda seed, key: generate(seed, key, wish).scenario,
        )

    def scenario_for(self, catalog: Catalog, name: str | None, task_id: str, seed: str, plan: SessionPlan) -> Scenario:
        """The scenario that a session means by a name, if it has the task; else the one that the seed gives for it.

        Raises:
            ScenarioNotFoundError: There is none of that name.
            ScenarioError: Its file is broken.
        """
        scenario = None
        if name is not None and (name != SCENARIO_NAME or name in catalog):
            scenario = catalog.scenario(name, plan.held_for(task_id))
        if task_id in plan.created:
            return self._made(scenario, plan.created[task_id], task_id, seed)
        if scenario is not None and scenario.play_for(task_id):
            return scenario
        return self._generated(seed, task_id)

    def _made(self, scenario: Scenario | None, creation: CreatedTask, task_id: str, seed: str) -> Scenario:
        # Tasks of one template have one flow, as on a real server.
        base = scenario or self._generated(seed, f"template {creation.template_id}")
        key = (base.digest, creation.name, task_id)
        return self._created.get(key, lambda: created_scenario(base, creation.name, task_id))
