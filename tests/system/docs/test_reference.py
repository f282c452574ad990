"""The tables of the reference say what the code says.

`python -m system.docs.test_reference` in tests/ writes them anew.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import click
import pytest

from support.source_tree import ROOT
from taskmock.contracts import agreement
from taskmock.contracts.api.bk_sops import lifecycle
from taskmock.contracts.api.bk_sops.call_rules import RULES as CALL_RULES
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.api.bk_sops.shapes import answer_form
from taskmock.contracts.cli.diff import diff_command
from taskmock.contracts.cli.drift import drift_command
from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.cli.verify import verify_command
from taskmock.contracts.findings.rule import Rule
from taskmock.contracts.validation.form import Form, Kind, form_at, located
from taskmock.contracts.verify.http_rules import RULES as GATEWAY_RULES
from taskmock.contracts.verify.transport.exchange import TROUBLES
from taskmock.mockserver.cli.export import openapi_command, typescript_command
from taskmock.mockserver.cli.frames import frames_command
from taskmock.mockserver.cli.generate import generate_command
from taskmock.mockserver.cli.init import init_command
from taskmock.mockserver.cli.lint import lint_command
from taskmock.mockserver.cli.scenarios import list_command, show_command
from taskmock.mockserver.cli.serve import serve_command
from taskmock.schemas import STATUS, editions_of, load_json, load_operations, load_schema, load_states

REFERENCE = ROOT / "docs" / "reference"
TABLE = re.compile(r"<!-- table: (?P<name>[a-z-]+) -->\n(?P<rows>(?:\|.*\n)*)")
PIPELINE = "urn:taskmock:pipeline#/$defs/"
CODE = re.compile(r"(?:body|envelope|field|state|request|http|verify|document|coverage)\.[a-z]+(?:-[a-z]+)*")
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# The codes that are put together at run time: a field of the envelope with the wrong type, or a count too small.
COMPOSED = frozenset({"envelope.type", "envelope.range"})

Rows = Iterator[tuple[str, ...]]


def option_rows(command: click.Command) -> Rows:
    yield "option", "default", "environment", "meaning"
    for option in command.params:
        if isinstance(option, click.Option):
            yield written_option(option), shown_default(option), code(str(option.envvar or "")), str(option.help)


def written_option(option: click.Option) -> str:
    kind = option.type
    if isinstance(kind, click.Choice):
        value = " " + " \\| ".join(map(str, kind.choices))
    elif option.is_flag:
        value = ""
    else:
        value = " " + {click.IntRange: "NUMBER", click.FloatRange: "NUMBER", click.Path: "PATH"}.get(
            type(kind), kind.name.upper()
        )
        value = value.replace("INTEGER", "NUMBER")
    return ", ".join(map(code, [*option.opts, *option.secondary_opts])) + value


def shown_default(option: click.Option) -> str:
    if not option.show_default:
        return ""
    if option.secondary_opts:
        return code((option.opts if option.default else option.secondary_opts)[0])
    return code(str(option.default))


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def rule_rows(rules: Iterable[Rule[Any]]) -> Rows:
    yield "code", "editions", "the sentence it enforces"
    for rule in rules:
        editions = ", ".join(map(code, rule.applies_to)) or "all"
        yield code(rule.code), editions, rule.source.replace("|", "\\|")


def gateway_rows() -> Rows:
    yield "code", "gateways", "weight", "the sentence it enforces"
    for rule in GATEWAY_RULES:
        gateways = ", ".join(map(code, rule.applies_to)) or "all"
        yield code(rule.code), gateways, rule.severity.value, rule.source


def trouble_rows() -> Rows:
    yield "code", "the sentence it enforces"
    for trouble, source in TROUBLES.items():
        yield code(trouble), source


def call_rule_rows() -> Rows:
    yield "code", "calls", "editions", "the sentence it enforces"
    calls: dict[str, list[str]] = {}
    for operation, rules in CALL_RULES.items():
        for rule in rules:
            calls.setdefault(rule.code, []).append(code(operation))
    known = {rule.code: rule for rules in CALL_RULES.values() for rule in rules}
    for line, rule in zip(list(rule_rows(known.values()))[1:], known.values(), strict=True):
        yield line[0], ", ".join(calls[rule.code]), *line[1:]


def call_rows() -> Rows:
    yield "call", "method", "path behind the stage", "editions", "since", "what it does"
    for name, row in load_operations().items():
        since = str(row.get("since", ""))
        yield code(name), row["method"], code(row["route"]), said_editions(row["editions"]), since, row["summary"]


def said_editions(editions: Iterable[str]) -> str:
    return "all" if len(list(editions)) == 3 else ", ".join(map(code, editions))


def parameter_rows(operation: str) -> Rows:
    """Give the parameters of a call beside the credentials, those of the latest edition."""
    yield "parameter", "required", "editions", "value", "meaning"
    requests = {e: load_schema(e, "request", operation=operation) for e in editions_of(operation)}
    latest = requests["v2"]
    for name in latest["properties"]:
        if name.startswith(("bk_app", "bk_token", "bk_username")):
            continue
        _, field = located(f"{latest['$id']}#/properties/{name}")
        known = [edition for edition, schema in requests.items() if name in schema["properties"]]
        required = "yes" if name in latest["required"] else ""
        yield code(name), required, said_editions(known), field["title"], escaped_row(field["description"])


def answer_rows(operation: str) -> Rows:
    """Give the fields of a call's answers, of their entries where they are lists, those of the latest edition."""
    form = answer_form("v2", operation)
    if form is not None and form.kind is Kind.LIST:
        form = form_at(form.entry)
    if form is not None and form.kind is Kind.CHOICE:
        form = form_at(form.choices[0])
    assert form is not None
    yield from field_rows(form)


def field_rows(form: Form) -> Rows:
    yield "field", "always", "value", "meaning"
    for name, field in form.fields.items():
        yield code(name), "yes" if name in form.required else "", field["title"], escaped_row(field["description"])


def escaped_row(text: str) -> str:
    return text.replace("|", "\\|")


def state_rows() -> Rows:
    editions = ("doc-2019", "v1", "v2")
    yield "state", *map(code, editions), "final", "meaning"
    for state in load_states():
        levels = [", ".join(state["levels"].get(edition, ())) for edition in editions]
        yield code(state["state"]), *levels, "yes" if state["final"] else "", state["meaning"]


def key_rows(fields: Mapping[str, Any]) -> Rows:
    yield "key", "value", "meaning"
    for name, field in fields.items():
        yield code(name), value_of(field), field["description"].replace("|", "\\|")


def value_of(field: Mapping[str, Any]) -> str:
    """Give what a key takes, in a few words."""
    if "$ref" in field:
        return {
            "text": "text",
            "duration": "duration",
            "nodeId": "node id",
            "flow": "list of steps",
            "fails": "text or mapping",
        }[field["$ref"].rpartition("/")[2]]
    if "const" in field:
        return code(str(field["const"]).lower() if isinstance(field["const"], bool) else str(field["const"]))
    if "enum" in field:
        return "a state" if "CREATED" in field["enum"] else ", ".join(map(code, map(str, field["enum"])))
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(value_of(choice) for choice in field["anyOf"]))
    kinds = [field["type"]] if isinstance(field.get("type"), str) else field.get("type", ["anything"])
    words = {"array": "list", "object": "mapping", "string": "text", "boolean": "true or false"}
    return " or ".join(dict.fromkeys(words.get(kind, kind) for kind in kinds if kind != "null"))


def scenario_keys(*path: str) -> Mapping[str, Any]:
    """Give the described keys of a part of a scenario file."""
    part: Any = load_json("scenario.schema.json")
    for step in path:
        part = part[step]
    keys: Mapping[str, Any] = part["properties"]
    return keys


TABLES: dict[tuple[str, str], Callable[[], Rows]] = {
    ("command-line.md", "serve"): lambda: option_rows(serve_command),
    ("command-line.md", "generate"): lambda: option_rows(generate_command),
    ("command-line.md", "validate"): lambda: option_rows(validate_command),
    ("command-line.md", "verify"): lambda: option_rows(verify_command),
    ("command-line.md", "drift"): lambda: option_rows(drift_command),
    ("command-line.md", "diff"): lambda: option_rows(diff_command),
    ("command-line.md", "export-openapi"): lambda: option_rows(openapi_command),
    ("command-line.md", "export-typescript"): lambda: option_rows(typescript_command),
    ("command-line.md", "scenarios-list"): lambda: option_rows(list_command),
    ("command-line.md", "scenarios-show"): lambda: option_rows(show_command),
    ("command-line.md", "scenarios-frames"): lambda: option_rows(frames_command),
    ("command-line.md", "scenarios-lint"): lambda: option_rows(lint_command),
    ("command-line.md", "init"): lambda: option_rows(init_command),
    ("violations.md", "rules"): lambda: rule_rows(RULES),
    ("violations.md", "lifecycle"): lambda: rule_rows(lifecycle.RULES),
    ("violations.md", "troubles"): trouble_rows,
    ("violations.md", "gateways"): gateway_rows,
    ("violations.md", "calls"): call_rule_rows,
    ("violations.md", "agreement"): lambda: rule_rows(agreement.RULES),
    ("call-fields.md", "calls"): call_rows,
    **{
        ("call-fields.md", f"{name.replace('_', '-')}-request"): lambda name=name: parameter_rows(name)
        for name in load_operations()
        if name != STATUS
    },
    **{
        ("call-fields.md", f"{name.replace('_', '-')}-answer"): lambda name=name: answer_rows(name)
        for name in load_operations()
        if name != STATUS and answer_form("v2", name) is not None
    },
    **{
        ("call-fields.md", name.replace("_", "-")): lambda name=name: field_rows(form_at(f"{PIPELINE}{name}"))
        for name in ("pipeline_tree", "service_activity", "subprocess", "exclusive_gateway", "flow")
    },
    ("editions.md", "states"): state_rows,
    ("../architecture.md", "rooms-of-the-judge"): lambda: room_rows("contracts"),
    ("../architecture.md", "rooms-of-the-mock"): lambda: room_rows("mockserver"),
    ("scenario-files.md", "scenario"): lambda: key_rows(scenario_keys()),
    ("scenario-files.md", "task"): lambda: key_rows(scenario_keys("properties", "task")),
    ("scenario-files.md", "generate"): lambda: key_rows(scenario_keys("properties", "generate")),
    ("scenario-files.md", "activity"): lambda: key_rows(scenario_keys("$defs", "activity")),
    ("scenario-files.md", "event"): lambda: key_rows(scenario_keys("$defs", "event")),
    ("scenario-files.md", "fault"): lambda: key_rows(scenario_keys("$defs", "fault")),
}


def room_rows(package: str) -> Rows:
    """Each folder of a package with the sentence of its `__init__`."""
    yield "room", "what it is for"
    for init in sorted((ROOT / package).rglob("__init__.py"), key=lambda path: path.parent.parts):
        folder = init.parent
        about = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) or ""
        name = folder.relative_to(ROOT).as_posix()
        yield code(f"{name}/"), " ".join(about.split("\n\n")[0].split())


def table_text(rows: Rows) -> str:
    head, *body = rows
    lines = [head, ("---",) * len(head), *body]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines).replace("|  |", "| |").replace("|  |", "| |")


def tables(page: str) -> dict[str, str]:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return {found["name"]: found["rows"] for found in TABLE.finditer(text)}


def codes_in_source() -> set[str]:
    """Give every code that stands as text in the judge's modules."""
    found = set(COMPOSED)
    for path in sorted((ROOT / "contracts").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.add(node.value)
    return found


@pytest.mark.parametrize(("page", "name"), TABLES, ids=[f"{page}-{name}" for page, name in TABLES])
def test_reference_table_says_what_the_code_says(page, name):
    written, wanted = tables(page).get(name), table_text(TABLES[page, name]())

    assert written == wanted, "`python -m system.docs.test_reference` in tests/ writes the tables anew"


@pytest.mark.parametrize("page", sorted({page for page, _ in TABLES}))
def test_reference_page_has_no_table_that_nobody_checks(page):
    assert {(page, name) for name in tables(page)} <= TABLES.keys()


def test_every_code_of_the_judge_is_explained_once():
    text = (REFERENCE / "violations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+\.[a-z-]+)` \|", text, re.MULTILINE)
    by_gateway = [rule.code for rule in GATEWAY_RULES]  # some have a sentence for each gateway
    rules = (*RULES, *lifecycle.RULES, *agreement.RULES, *(rule for rules in CALL_RULES.values() for rule in rules))
    others = {*codes_in_source(), *(rule.code for rule in rules)} - {*by_gateway}

    assert sorted(rows) == sorted(
        [*others, lifecycle.STALE, lifecycle.BACKWARDS, lifecycle.TIMES, lifecycle.CLOCK, lifecycle.UNSEEN, *by_gateway]
    )


def test_links_between_documents_lead_somewhere():
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    broken = []
    for page, text in texts.items():
        for target, _, anchor in (link.partition("#") for link in LINK.findall(FENCED.sub("", text))):
            path = (page.parent / target).resolve() if target else page
            if not path.exists() or (anchor and anchor not in anchors(texts[path])):
                broken.append(f"{page.relative_to(ROOT).as_posix()}: {target}#{anchor}")

    assert broken == []


def test_index_links_every_page():
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / link).resolve() for link in LINK.findall(index.read_text(encoding="utf-8"))}

    assert {*index.parent.rglob("*.md")} - linked == {index}


def anchors(text: str) -> set[str]:
    """Give the anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def write() -> None:
    """Write all tables anew."""
    for page in sorted({page for page, _ in TABLES}):
        path = REFERENCE / page
        text = path.read_text(encoding="utf-8")

        def fresh(found: re.Match[str], page: str = page) -> str:
            return f"<!-- table: {found['name']} -->\n{table_text(TABLES[page, found['name']]())}"

        path.write_text(TABLE.sub(fresh, text), encoding="utf-8")


if __name__ == "__main__":
    write()
