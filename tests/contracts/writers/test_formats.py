"""Every format tells the same findings, whatever names and values hold."""

import dataclasses
import html
import json
import re
import urllib.parse
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from support.example_reports import bodies, judged
from taskmock.contracts import Contract, Report, Severity, Violation, writers
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.group import KEPT, grouped
from taskmock.contracts.writers import FORMATS, written_report
from taskmock.contracts.writers.markdown import LARGEST, LARGEST_COMMENT
from taskmock.contracts.writers.plain import finding_line
from taskmock.schemas import load_example, load_report_schema

UNESCAPED = {"%0A": "\n", "%0D": "\r", "%3A": ":", "%2C": ",", "%25": "%"}


def told_by_json(text):
    for report in json.loads(text)["reports"]:
        for found in report["violations"]:
            severity = Severity(found.pop("severity"))
            yield report["source"], severity, found["code"], finding_line(Violation(**found, severity=severity))


def told_by_gitlab(text):
    severities = {"major": "error", "minor": "warning"}
    for issue in json.loads(text):
        yield issue["location"]["path"], severities[issue["severity"]], issue["check_name"], issue["description"]


def told_by_sarif(text):
    (run,) = json.loads(text)["runs"]
    for result in run["results"]:
        (location,) = result["locations"]
        file = urllib.parse.unquote(location["physicalLocation"]["artifactLocation"]["uri"])
        yield file, result["level"], result["ruleId"], result["message"]["text"]


def told_by_ctrf(text):
    for test in json.loads(text)["results"]["tests"]:
        (source,) = test["suite"]
        if test["status"] == "failed":
            yield from ((source, "error", test["name"], line) for line in test["trace"].splitlines())
        for line in test.get("stdout", ()):
            code, _, rest = line.removeprefix("warning ").partition(": ")
            yield source, "warning", code, rest


def told_by_comment(text):
    for section in text.split("\n**")[1:]:
        source = html.unescape(re.match(r"(?:FAIL|PASS)\*\* (.*?)&#58; [0-9n]", section)[1])
        errors, *warnings = section.split("<details>")
        for severity, rows in (("error", errors), ("warning", "".join(warnings))):
            for row in (line for line in rows.splitlines() if line.startswith("| `")):
                code, told, pointer = row[2:-2].split(" | ")
                parts = [told, *([f"at {re.sub('</?code>', '', pointer)}"] if pointer.strip() else [])]
                yield source, severity, code.strip("`"), html.unescape("; ".join(parts))


def told_by_github(text):
    for line in text.splitlines():
        command, properties, message = line[2:].split("::", 2)[0].partition(" ")[0], line, line[2:].split("::", 1)[1]
        if command != "notice":
            source, code = re.search(r"file=([^,]*),title=([^:]*)::", properties).groups()
            yield unescaped(source), command, code, unescaped(message)


def unescaped(text):
    return re.sub("%[0-9A-F]{2}", lambda found: UNESCAPED[found[0]], text)


def told_by_junit(text):
    for suite in ET.fromstring(text):
        for failure in suite.iter("failure"):
            yield from ((suite.get("name"), "error", failure.get("type"), line) for line in failure.text.splitlines())
        for line in suite.findtext("system-out").splitlines():
            code, _, rest = line.removeprefix("warning ").partition(": ")
            yield suite.get("name"), "warning", code, rest


def told_by_markdown(text):
    for section in text.split("\n### ")[1:]:
        source, *lines = section.splitlines()
        for row in (line for line in lines if line.startswith(("| error", "| warning"))):
            severity, code, *cells = row[2:-2].split(" | ")
            cells = [html.unescape(re.sub("</?code>", "", cell)) for cell in cells]
            path, message, expected, value, pointer = cells
            found = Violation(code.strip("`"), pointer, path, message, expected, value)
            yield html.unescape(source), severity, code.strip("`"), finding_line(found)


def told_by_html(text):
    for section in re.findall("<section.*?</section>", text, re.DOTALL):
        source = html.unescape(re.search("<h2>(.*?)</h2>", section)[1])
        for severity, inner in re.findall('<div class="finding (error|warning)">(.*?)</div>', section):
            code, told = re.search("<strong>(.*?)</strong> (.*?)</p>", inner).groups()
            details = re.search("<p>((?:expected|found) .*?)</p>", inner)
            place = re.search('<p class="place">(.*?)</p>', inner)
            parts = [told, *([re.sub("</?code>", "", details[1]).replace(", found ", "; found ")] if details else [])]
            parts += [f"at {place[1]}"] if place else []
            yield source, severity, code, html.unescape("; ".join(parts))


def told(form, reports):
    """The findings that a format tells, as (source, severity, code, line)."""
    text = written_report(form, reports, bodies=[*bodies().values()])
    return sorted(globals()[f"told_by_{form}"](text))


def known(reports):
    return sorted((s, str(v.severity), v.code, finding_line(v)) for s, report in reports for v in report.violations)


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_format_tells_every_finding_and_no_other(form):
    reports = judged()

    assert told(form, reports) == known(reports)
    assert len(known(reports)) > 20


@pytest.mark.parametrize("form", ["github", "markdown"])
def test_many_verdicts_are_listed_only_where_something_was_found(form):
    good, bad = Contract().check_response(load_example("v2", "response")), Contract().check_response(b"")

    text = written_report(form, [*((f"good{number}", good) for number in range(20)), ("bad", bad)])

    assert "bad" in text
    assert "good" not in text
    assert ("not listed: 20" in text) is (form == "markdown")


def test_text_tells_every_finding_and_no_other():
    reports = judged()
    lines = written_report("text", reports).splitlines()

    for _, report in reports:
        for violation in report.violations:
            place = f'"{printable(violation.path)}": ' if violation.path else ""
            of_poll = f"  {violation.code}  poll {violation.poll}  {place}{printable(violation.sentence)}"
            assert (of_poll if report.polls > 1 else f"    {place}{printable(violation.message)}") in lines
    heads = [re.fullmatch(r"  (?:warning )?([a-z.-]+) \(([0-9]+)\)(?:: .*)?", line) for line in lines]
    counted = sorted((head[1], int(head[2])) for head in heads if head)
    answers = [report for _, report in reports if report.polls < 2]
    assert counted == sorted((group.code, group.total) for report in answers for group in report.groups)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("body", [load_example("v1", "response"), b"[]"], ids=["sound", "broken"])
def test_format_tells_what_was_not_judged(form, body):
    report = dataclasses.replace(Contract().check_response(body), notes=("too short to judge the clock",))

    assert "too short to judge the clock" in html.unescape(written_report(form, [("a.json", report)]))


@pytest.mark.parametrize("form", FORMATS)
def test_format_tells_the_verdict_where_all_is_well(form):
    [good] = [named for named in judged() if named[0] == "good/v1.json"]

    text = written_report(form, [good])

    assert {
        "text": text.startswith("PASS good/v1.json"),
        "json": '"ok": true' in text,
        "junit": '<testcase name="contract.v1" classname="good/v1.json" time="0"/>' in text,
        "markdown": text.startswith("## taskmock: 1 keep the contract\n"),
        "github": text == "::notice file=good/v1.json,title=taskmock::PASS response: no findings in 8 nodes",
        "gitlab": text == "[]",
        "sarif": '"results": []' in text,
        "ctrf": '"status": "passed"' in text,
        "comment": text.splitlines()[:2] == ["<!-- taskmock response -->", "### taskmock: 1 passed"],
        "html": "<title>taskmock: 1 keep the contract</title>" in text,
    }[form]


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_format_tells_how_many_findings_a_report_does_not_list(form):
    groups, _ = grouped(Violation("field.type", f"/data/{n}", "", "it is wrong") for n in range(KEPT + 1234))
    report = Report("response", "v2", "as asked for", "documented", 3, groups, complete=False)

    text = written_report(form, [("x", report)])

    if form == "json":
        assert json.loads(text)["reports"][0]["codes"] == {"field.type": 2234}
    else:
        assert "1,234 more that the report does not list" in html.unescape(text)
        assert "judging stopped early" in text


@pytest.mark.parametrize("form", FORMATS)
def test_format_survives_no_reports_at_all(form):
    assert ">FAIL<" not in written_report(form, [])


def test_unknown_format_is_refused_with_the_closest():
    message = (
        "unknown format 'htm': choose one of text, json, junit, markdown, comment, github, gitlab, sarif, ctrf, html; "
        "did you mean 'html'?"
    )

    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        written_report("htm", [])


def test_writers_have_their_names_and_no_others():
    assert {name: callable(getattr(writers, name)) for name in dir(writers) if name.endswith("report")} == {
        **dict.fromkeys((f"{form}_report" for form in FORMATS), True),
        "written_report": True,
    }
    with pytest.raises(AttributeError, match="has no attribute 'yaml_report'"):
        writers.yaml_report  # noqa: B018


@pytest.mark.parametrize("accepted", [0, 2])
def test_json_report_fits_its_schema(accepted):
    reports = [(source, dataclasses.replace(report, accepted=accepted)) for source, report in judged()]

    jsonschema.Draft202012Validator(load_report_schema()).validate(json.loads(written_report("json", reports)))


def test_report_schema_knows_every_rules_code():
    [pattern] = [load_report_schema()["$defs"]["violation"]["properties"]["code"]["pattern"]]

    assert [rule.code for rule in RULES if not re.search(pattern, rule.code)] == []


def test_markdown_has_no_markup_from_names_and_values():
    text = written_report("markdown", judged())

    assert not re.search(r"<(?!/?code>)|\[d\]|http:|&amp;amp", text)
    assert {line.count(" | ") for line in text.splitlines() if line.startswith(("| error", "| warning"))} == {6}


@pytest.mark.parametrize(("form", "most"), [("markdown", LARGEST), ("comment", LARGEST_COMMENT)])
def test_markdown_stays_within_what_its_place_holds(form, most):
    groups, _ = grouped(Violation(f"a.b{'c' * n}", "/" + "x" * 2_000, "", "wrong") for n in range(600))
    report = Report("response", "v2", "as asked for", "documented", 3, groups)

    text = written_report(form, [("x", report)])

    assert len(text) < most + (10_000 if form == "markdown" else 500)
    assert re.search(r"\n\.\.\. and more than a (job summary|comment) can hold$", text)


def test_github_annotations_are_one_command_a_line():
    lines = written_report("github", judged()).splitlines()

    assert all(re.match("::(error|warning|notice) file=[^:,]*,title=[^:,]*::", line) for line in lines)


def test_github_annotation_escapes_its_file():
    report = judged()[2][1]

    text = written_report("github", [("c:\\a,b\n%.json", report)])

    assert text.startswith("::error file=c%3A/a%2Cb\\n%25.json,title=body.html::")


def test_gitlab_fingerprints_are_unique_and_know_a_finding_again():
    report = json.loads(written_report("gitlab", judged()))
    prints = [issue["fingerprint"] for issue in report]

    again = json.dumps(bodies()["hostile.json"]).replace("b" * 28, "7" * 28)
    other = written_report("gitlab", [("hostile.json", writers_report(again))])

    assert len(set(prints)) == len(prints)
    assert {issue["fingerprint"] for issue in json.loads(other)} <= set(prints)


def writers_report(body):
    from taskmock.contracts import Contract

    return Contract().check_response(body)


def test_gitlab_paths_are_relative_with_slashes():
    text = written_report("gitlab", [(".\\a\\b.json", judged()[2][1])])

    assert json.loads(text)[0]["location"]["path"] == "a/b.json"


@pytest.mark.parametrize("form", ["github", "gitlab"])
def test_finding_of_a_test_is_told_of_the_tests_file(form):
    [(_, report)] = [named for named in judged() if named[0] == "list.json"]

    text = written_report(form, [("tests/test_a.py::test_b[c]", report)])

    [issue] = told_by_github(text) if form == "github" else told_by_gitlab(text)
    assert issue == (
        "tests/test_a.py",
        "error",
        "body.not-an-object",
        f"test_b[c]: {finding_line(report.violations[0])}",
    )


@pytest.mark.parametrize(
    ("name", "form"),
    [
        *(("report.txt", "text"), ("report.json", "json"), ("junit.XML", "junit"), ("summary.md", "markdown")),
        *(("notes.github.txt", "github"), ("a.gitlab.json", "gitlab"), ("page.html", "html"), ("report.csv", None)),
    ],
)
def test_ending_of_a_name_tells_the_format(name, form):
    assert writers.told_format(name) == form


def test_every_format_has_an_ending():
    assert set(writers.ENDINGS.values()) == set(FORMATS)
