"""Requests drawn from the schemas and broken in up to two places, as the mock's door and the judge take them.

`python -m support.request_agreement COUNT [SEED]` draws so many, and prints those on which the two disagree, the share
that is accepted, and how often each reason of refusal was met.
"""

from __future__ import annotations

import collections
import copy
import dataclasses
import json
import random
import re
import sys

from support.gateway_calls import body_of, posted
from taskmock.contracts import Contract
from taskmock.contracts.validation.form import located
from taskmock.mockserver import ManualClock
from taskmock.mockserver.server.settings import Settings, build_app
from taskmock.schemas import load_operations, load_schema

EDITION = "v2"
NOT_DRAWN = {"pipeline_tree"}  # the mock makes no task of one
TEXTS = ("x", "Release 1", "7", "0", "true", "http://bk.example.com/", "a b", "é", "[]", '["a"]', "yes", "OFF", "")
JUNK = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        7,
        1.0,
        2.5,
        10**9,
        10**16,
        10**130,
        "",
        " ",
        "x",
        "0",
        "7",
        "-1",
        "maybe",
        "{}",
        "[",
    ),
    *(
        "x" * 100,
        "x" * 101,
        "x" * 129,
        "a\u200bb",
        "\n",
        [],
        {},
        [None],
        [True],
        [1.0],
        [""],
        ["a", 1],
        [0],
        [[]],
        [{}],
    ),
    *({"a": 1}, ["7", 7], list(range(1, 10)), list(range(1, 11)), list(range(1, 51)), list(range(1, 52)), "ftp://x"),
)
ALSO_DOOR = re.compile(r"task command is invalid|\[API\] pagination error|subprocess_stack is not a valid array json")
PARAMETERS = {
    name for call in load_operations() for name in load_schema(EDITION, "request", operation=call)["properties"]
}
NAMES = re.compile(
    r"\b(?:" + "|".join(sorted(PARAMETERS - {"name"}, key=len, reverse=True)) + r"|name)(?= (?:must|is|field) )"
)
NO_NODE = re.compile(r"not found in task|does not have node|未找到节点")
DOOR_CODES = {1306000, 1306406, 3540000}


_ACTIONS = ("action", ("dance", "x" * 129, 7, None, " pause ", ""))
_UNKNOWN = ("action", ("dance", " pause "))
_STACKS = ("subprocess_stack", ("", "{}", "[", None, {}, "[1]"))
RARE = {
    "create_task": (
        ("template_schemes_id", (["a", "a"], [7, "7"])),
        ("template_schemes_id", (["a", "a"], [7, "7"])),
        ("template_schemes_id", ("0", [0], "", None)),
        ("exclude_task_nodes_id", (["n1"],)),
        ("callback_version", (None, True, [], {})),
        ("callback_version", (True, [])),
        ("flow_type", ("other", None, 7, "common")),
        ("constants", ([], "{}", None)),
        ("callback_url", ("ftp://x", "http://", 7, None, "")),
    ),
    "create_and_start_task": (
        ("template_schemes_id", (["a", "a"], [7, "7"], "0", [0], "", None)),
        ("flow_type", ("other", None, 7, "common")),
        ("constants", ([], "{}", None)),
        ("callback_url", ("ftp://x", "http://", 7, None, "")),
    ),
    "get_template_info": (
        ("format", ("yaml", "xml", "", None, 7)),
        ("unfold_subprocess", ("maybe", None, [], 2, "On")),
    ),
    "operate_task": (_ACTIONS, _UNKNOWN),
    "operate_node": (*(_UNKNOWN,) * 4, *(("flow_ids", ("a", [1], [None], None)),) * 3, ("data", ("{}", [], None))),
    "get_tasks_status": (("task_id_list", ([1] * 50, [1] * 51)),),
    "get_tasks_manual_intervention_state": (("task_id_list", ([1] * 9, [1] * 10)),),
    "get_task_list": (
        ("limit", (-1, "-1", "x", True, 1.0, "9" * 16, " 5")),
        *(("limit", ("x", True, 1.0)),) * 3,
        *(("offset", (-1, "-7")),) * 4,
        *(("template_id", ("", None, True, [])),) * 2,
    ),
    "get_task_node_data": (_STACKS, ("loop", (-1, "x", 10**9, "0"))),
    "get_task_node_detail": (
        _STACKS,
        _STACKS,
        ("loop", (-1, "x", True)),
        ("max_histories", (None, True, [])),
        ("max_histories", ({},)),
    ),
}
"""Values of parameters that few breaks would reach, by call."""


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """One request with what the mock's door and the judge say of it; "" for accepted.

    `hidden`: the system has missed a node before it could look at what else the request says.
    """

    operation: str
    params: dict[str, object]
    mock: str
    judge: str
    hidden: bool = False

    @property
    def agrees(self):
        return self.hidden or (self.mock == "") is (self.judge == "")


class Requests:
    """Requests by a seed, and the mock that they are put to."""

    def __init__(self, seed):
        self.random = random.Random(f"requests {seed}")
        self.app = build_app(Settings(clock=ManualClock(), edition=EDITION, seed="7"))
        self.contracts = {name: Contract(operation=name) for name in load_operations()}
        ids = {"bk_app_code": "app", "bk_app_secret": "secret", "bk_username": "anna", "bk_biz_id": "2"}
        detail = body_of(posted(self.app, {**ids, "task_id": "10"}, "get_task_detail"))["data"]
        self.usual = {
            "task_id": ("10", 10),
            "bk_biz_id": ("2", 2),
            "template_id": ("5", 5),
            "node_id": tuple(detail["pipeline_tree"]["activities"]),
            "subprocess_stack": ("[]", []),
        }

    def outcome(self):
        """The next request and what becomes of it."""
        operation = self.random.choice([*self.contracts, *RARE, *RARE, *("create_task",) * 4])
        params = self.drawn(operation)
        for _ in range(self.random.choices((0, 1, 2), (36, 38, 26))[0]):
            self.break_one(operation, params)
        answer = body_of(posted(self.app, params, operation))
        hidden = NO_NODE.search(answer["message"] or "") is not None
        return Outcome(operation, params, refusal_of(answer, hidden), self.findings(operation, params), hidden)

    def findings(self, operation, params):
        """The codes of the judge's errors."""
        report = self.contracts[operation].check_request(json.loads(json.dumps(params)))
        errors = [found for found in report.violations if found.severity == "error"]
        return ", ".join(f"{found.code} {found.pointer}" for found in errors)

    def drawn(self, operation):
        """A request that keeps the schema."""
        schema = load_schema(EDITION, "request", operation=operation)
        params = {"bk_username": "anna"}
        for name, field in schema["properties"].items():
            if name not in NOT_DRAWN and (name in schema["required"] or self.random.random() < 0.25):
                params[name] = self.value(name, located(f"{schema['$id']}#/properties/{name}")[1] | field)
        if not params.get("bk_username") and not params.get("bk_token"):
            params["bk_username"] = "anna"
        if params.get("template_schemes_id") and self.random.random() < 0.7:
            params.pop("exclude_task_nodes_id", None)
            params.pop("execute_task_nodes_id", None)
        return params

    def value(self, name, field):
        """A value that a field may have."""
        if name in self.usual:
            return copy.deepcopy(self.random.choice(self.usual[name]))
        if "enum" in field:
            return self.random.choice(field["enum"])
        types = field.get("type", ["object", "string", "integer", "null", "array"])
        kind = types if isinstance(types, str) else self.random.choice(types)
        match kind:
            case "string":
                fits = [text for text in TEXTS if len(text) >= field.get("minLength", 0)]
                fits = [text for text in fits if re.search(field.get("pattern", ""), text)]
                return self.random.choice([text for text in fits if name != "template_schemes_id" or text != "0"])
            case "integer":
                return self.random.randint(field.get("minimum", 0), min(field.get("maximum", 99), 99))
            case "boolean":
                return self.random.random() < 0.5
            case "array":
                items = {self.value(f"{name}[]", field.get("items", {"type": "string"})) for _ in range(3)}
                found = list(items)[: self.random.randint(0, 3)]
                return [item for item in found if str(item) != "0"] if name == "template_schemes_id" else found
            case "object":
                return self.random.choice(({}, {"${a}": 1}, {"a": {"b": [None]}}))
        return None

    def break_one(self, operation, params):
        """Breaks one place, or what only looks like one."""
        schema = load_schema(EDITION, "request", operation=operation)
        known = [name for name in schema["properties"] if name not in NOT_DRAWN]
        match self.random.random():
            case chance if chance < 0.12:
                params.pop(self.random.choice(schema["required"]), None)
            case chance if chance < 0.16:
                for name in ("bk_token", "bk_username"):
                    params.pop(name, None)
            case chance if chance < 0.2:
                params[self.random.choice(("taskid", "extra", "Name"))] = self.random.choice(JUNK)
            case chance if chance < 0.58 and operation in RARE:
                name, values = self.random.choice(RARE[operation])
                params[name] = copy.deepcopy(self.random.choice(values))
                if name == "template_schemes_id":
                    params.pop("exclude_task_nodes_id", None)
                    params.pop("execute_task_nodes_id", None)
                if name == "exclude_task_nodes_id":
                    params["template_schemes_id"] = self.random.choice(([7], "a"))
            case _:
                own = [name for name in known if not name.startswith("bk_")] if self.random.random() < 0.8 else known
                params[self.random.choice(own)] = copy.deepcopy(self.random.choice(JUNK))


def refusal_of(answer, hidden):
    """Why the mock's door refuses; "" where it lets a request in, whatever the state of the task then says."""
    at_door = answer["code"] in DOOR_CODES or ALSO_DOOR.search(answer["message"] or "")
    return f"{answer['code']} {answer['message']}" if at_door and not (answer["result"] or hidden) else ""


def reason_of(refusal):
    """A refusal without the parameter, what is the caller's own in it, and one call's own spelling."""
    refusal = re.sub(r"(?<=offset and )limit", "the limit", refusal).replace("parmas", "params")
    return NAMES.sub("NAME", re.sub(r"(?<=base 10: ).*", "…", refusal))


def main():
    count, seed = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "0"
    requests, reasons, apart = Requests(seed), collections.Counter(), []
    for _ in range(count):
        found = requests.outcome()
        reasons[reason_of(found.mock)] += 1
        if not found.agrees:
            apart.append(found)
    lines = [
        f"APART {found.operation} {json.dumps(found.params):.300} | mock: {found.mock} | judge: {found.judge}"
        for found in apart[:40]
    ]
    lines += [f"{times:6} {reason or 'accepted'}" for reason, times in reasons.most_common()]
    lines.append(f"{count} requests, {reasons['']} accepted, {len(apart)} on which mock and judge disagree")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(bool(apart))


if __name__ == "__main__":
    main()
