"""The published schema of scenario files: it describes every key, and agrees with the loader."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, given

from support.broken_scenarios import Broken, broken_files
from support.places import DATA
from support.properties import examples
from support.scenario_strategies import scenarios
from taskmock.mockserver.core.command import Verb
from taskmock.mockserver.core.fault import FaultKind
from taskmock.mockserver.core.plain import RESERVED
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.scenarios import dump_scenario
from taskmock.mockserver.scenarios.reader.activities import KEYS as ACTIVITY_KEYS
from taskmock.mockserver.scenarios.reader.events import KEYS as EVENT_KEYS
from taskmock.mockserver.scenarios.reader.faults import BOUNDS
from taskmock.mockserver.scenarios.reader.scalars import read_data
from taskmock.mockserver.scenarios.reader.scenario_file import KEYS
from taskmock.mockserver.scenarios.syntax.problems import Problems
from taskmock.mockserver.scenarios.syntax.source import parse
from taskmock.schemas import load_json

SCHEMA = load_json("scenario.schema.json")
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
EXAMPLE = DATA / "copy-fails-once.yaml"

# What only somebody sees who knows the whole file, or what numbers mean. The schema is for editors; the loader judges.
SEMANTIC = {
    "ambiguous",
    "bad-address",
    "bad-delay",
    "bad-operation",
    "bad-take",
    "bad-use",
    "bad-window",
    "duplicate-id",
    "frame-order",
    "full-width",
    "hidden-task",
    "refused-flow",
    "reserved",
}
LAX = {
    "duration-fine",
    "duration-year",
    "fails-inf",
    "big-number",
    "loops-multiply",
    "callback-data",
    "data-retry-text",
    "data-skip",
    "generate-few",
}


def value_of(text: str) -> object:
    """A file's value as an editor sees it."""
    parsed = parse(text)
    assert parsed.root is not None
    return read_data(parsed.root, Problems("", ""))


def subschemas(schema: object) -> Iterator[dict[str, object]]:
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from subschemas(part)


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_schema_describes_every_key() -> None:
    plain = [
        f"{key}: {schema}"
        for part in subschemas(SCHEMA)
        for key, schema in part.get("properties", {}).items()
        if schema is not False and "description" not in schema
    ]

    assert plain == []


@pytest.mark.parametrize(
    ("keys", "properties"),
    [
        (KEYS, SCHEMA["properties"]),
        (ACTIVITY_KEYS, SCHEMA["$defs"]["activity"]["properties"]),
        (EVENT_KEYS, SCHEMA["$defs"]["event"]["properties"]),
        ((*BOUNDS, *FaultKind), SCHEMA["$defs"]["fault"]["properties"]),
        ([*RESERVED], SCHEMA["$defs"]["node"]["propertyNames"]["not"]["enum"]),
        ([*Verb], [key for way in SCHEMA["$defs"]["event"]["allOf"][0]["oneOf"] for key in way["required"]]),
    ],
    ids=["scenario", "activity", "event", "fault", "reserved", "verbs"],
)
def test_schema_knows_the_loaders_words(keys: tuple[str, ...], properties: dict[str, object]) -> None:
    assert sorted(properties) == sorted(keys)


def test_schema_accepts_the_example() -> None:
    VALIDATOR.validate(value_of(EXAMPLE.read_text(encoding="utf-8")))


@examples(
    20,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(scenarios())
def test_schema_accepts_what_the_loader_accepts(scenario: Scenario) -> None:
    VALIDATOR.validate(value_of(dump_scenario(scenario)))


def judgeable() -> list[Broken]:
    """The broken files that are well-formed, and broken in a way that a schema can see."""
    return [
        broken
        for broken in broken_files()
        if not (parsed := parse(broken.text)).flaws
        and parsed.root is not None
        and broken.name not in LAX
        and not any(f"[{code}]" in problem for problem in broken.problems for code in SEMANTIC)
    ]


@pytest.mark.parametrize("broken", judgeable(), ids=lambda broken: broken.name)
def test_schema_refuses_what_the_loader_refuses(broken: Broken) -> None:
    assert not VALIDATOR.is_valid(value_of(broken.text))
