from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.hostile_text import COMMANDS, CONTROLS, NAMES, harm
from support.properties import examples
from taskmock.contracts import Contract
from taskmock.contracts.diff import diff_schemas
from taskmock.contracts.diff.report import diff_json, diff_text
from taskmock.contracts.drift import Census, findings_of
from taskmock.contracts.drift.report import Aside, drift_json, drift_text
from taskmock.contracts.drift.suggestion import overlay_documents
from taskmock.contracts.writers import FORMATS, written_report
from taskmock.schemas import load_example


def body_of(name: str) -> dict[str, object]:
    """An answer that breaks its contract wherever a server can put a name."""
    body = load_example("v2", "response")
    data = body["data"]
    data.update({"name": name, "retry": -1, "skip": name, name: name})
    first = next(iter(data["children"].values()))
    first.update({"name": name, "state": name, "retry": -1})
    return body


@pytest.mark.parametrize("form", FORMATS)
@examples(40)
@given(name=NAMES)
def test_no_format_lets_a_name_be_a_command(form, name):
    named = [(f"{number} {name}", Contract("v2").check_response(body_of(name))) for number in range(2)]

    text = written_report(form, named)

    if form == "github":
        text = re.sub(r"^::(error|warning|notice) file=", "", text, flags=re.MULTILINE)
    assert harm(text) == []


@examples(40)
@given(name=NAMES)
def test_report_of_pytest_lets_no_name_be_a_command(name):
    assert harm(str(Contract("v2").check_response(body_of(name)))) == []


@examples(40)
@given(name=NAMES)
def test_json_and_xml_say_the_name_itself(name):
    report = Contract("v2").check_response(body_of(name))

    told = json.loads(written_report("json", [(name, report)]))
    xml = ET.fromstring(written_report("junit", [("a file", report)]))

    assert told["reports"][0]["source"] == name
    assert [found["path"] for found in told["reports"][0]["violations"]] == [v.path for v in report.violations]
    assert len(xml.findall(".//failure")) == len([group for group in report.groups if group.severity == "error"])


@examples(40)
@given(name=NAMES)
def test_drift_and_diff_let_no_name_be_a_command(name):
    census = Census("v2")
    census.add(body_of(name))
    findings = findings_of(census)
    overlays = overlay_documents(census, findings)
    old = {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}
    new = {"type": "object", "properties": {name: {"enum": [name]}}}
    changes = diff_schemas(old, new, direction="response")

    outputs = [write(census, findings, overlays, Aside()) for write in (drift_text, drift_json)]
    outputs += [write(name, name, changes) for write in (diff_text, diff_json)]

    assert [line for output in outputs for line in harm(output)] == []


@examples(40)
@given(name=st.sampled_from(COMMANDS), before=st.sampled_from(["", "a", "#", *CONTROLS]))
def test_name_stays_readable(name, before):
    text = str(Contract("v2").check_response(body_of(before + name)))

    assert name.strip().rpartition("[" if "[" in name else "::")[2] in text
