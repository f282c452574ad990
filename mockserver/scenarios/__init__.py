"""Scenario files: from their text to scenarios, and back."""

from taskmock.mockserver.core.errors import Problem, ScenarioError
from taskmock.mockserver.scenarios.files import load_scenario
from taskmock.mockserver.scenarios.reader.scenario_file import read_scenario
from taskmock.mockserver.scenarios.writer import dump_scenario

__all__ = ["Problem", "ScenarioError", "dump_scenario", "load_scenario", "read_scenario"]
