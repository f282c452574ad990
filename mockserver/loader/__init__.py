"""Scenario files: from their text to scenarios, and back."""

from taskmock.mockserver.loader.files import load_scenario
from taskmock.mockserver.loader.problem import Problem, ScenarioError
from taskmock.mockserver.loader.scenario_file import read_scenario
from taskmock.mockserver.loader.writer import dump_scenario

__all__ = ["Problem", "ScenarioError", "dump_scenario", "load_scenario", "read_scenario"]
