"""Scenario files: from their text to scenarios, and back."""

from taskmock.mockserver.core.errors import Problem, ScenarioError
from taskmock.mockserver.scenarios.files import dump_scenario, load_scenario
from taskmock.mockserver.scenarios.reader.scenario_file import read_scenario

__all__ = ["Problem", "ScenarioError", "dump_scenario", "load_scenario", "read_scenario"]
