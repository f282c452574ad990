"""The TypeScript module: strict compilers take it, right uses of it, and no wrong ones."""

import json
import re

import pytest

from support.typescript_compiling import compiled
from taskmock.contracts.export.components import pascal
from taskmock.contracts.export.typescript import typescript_module
from taskmock.schemas import EDITIONS, KNOWN, editions_of, example_names, load_example, load_operations, load_states

CHOICES = (*KNOWN, "all")


def write(folder, edition, **texts):
    """Writes the module of an edition as `sops.ts`, and others beside it."""
    for name, text in {"sops": typescript_module(edition), **texts}.items():
        (folder / f"{name}.ts").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("edition", CHOICES)
def test_strict_compiler_takes_the_module(tmp_path, edition):
    write(tmp_path, edition)

    assert compiled(tmp_path, "--noEmit", "--noUnusedLocals", "--isolatedModules", "--exactOptionalPropertyTypes") == []


@pytest.mark.parametrize("edition", CHOICES)
def test_module_is_text_that_every_editor_shows(edition):
    text = typescript_module(edition)

    assert text.isascii()
    assert text.endswith(("}\n", ";\n"))
    assert not re.search(r"[ \t]+$|\n\n\n|\t", text, re.MULTILINE)


@pytest.mark.parametrize("edition", EDITIONS)
def test_examples_of_the_schemas_are_of_their_types(tmp_path, edition):
    lines = ['import type { Operations } from "./sops";']
    for name in load_operations():
        if edition in editions_of(name):
            for example in example_names(edition, operation=name):
                value = load_example(edition, example, operation=name)
                if example == "request":
                    value = {
                        key: said for key, said in value.items() if not key.startswith("bk_") or key == "bk_biz_id"
                    }
                kind = "parameters" if example == "request" else "response"
                lines += [f'export const {name}_{example}: Operations["{name}"]["{kind}"] = {json.dumps(value)};']
    write(tmp_path, edition, uses="\n".join(lines))

    assert compiled(tmp_path, "--noEmit") == []


def test_variant_has_neither_the_fields_nor_the_states_that_it_lacks():
    text = typescript_module("v1@3.6.10")

    assert "error_ignorable" in text
    assert "error_ignored" not in text
    assert "EXPIRED" not in re.findall(r"^export type State = (.*);$", text, re.MULTILINE)[0]


@pytest.mark.parametrize("edition", EDITIONS)
def test_states_are_those_of_the_edition(edition):
    [states] = re.findall(r"^export type State = (.*);$", typescript_module(edition), re.MULTILINE)

    assert [json.loads(state) for state in states.split(" | ")] == [
        row["state"] for row in load_states() if edition in row["levels"]
    ]


@pytest.mark.parametrize("edition", EDITIONS)
def test_map_of_operations_has_every_call_of_the_edition(edition):
    rows = re.findall(
        r"^  (\w+): \{ method: \"(\w+)\"; parameters: (\w+); response: (\w+) \};$",
        typescript_module(edition),
        re.MULTILINE,
    )

    assert rows == [
        (name, row["method"], f"{pascal(name)}Parameters", f"{pascal(name)}Response")
        for name, row in load_operations().items()
        if edition in editions_of(name)
    ]


def test_module_of_all_editions_has_a_namespace_for_each(tmp_path):
    use = """
import { Doc2019, V1, V2, type Failure } from "./sops";
export const state: V2.State = "NODE_SUSPENDED";
export const older: Doc2019.State = "RUNNING";
export function failed(answer: V1.GetTaskStatusResponse): Failure | undefined {
  return answer.result ? undefined : answer;
}
"""
    write(tmp_path, "all", use=use)

    assert compiled(tmp_path, "--noEmit") == []


HEAD = """\
import type { Operation, Operations, GetTaskStatusResponse, Credentials, StatusNode, State } from "./sops";
declare function call<Name extends Operation>(
  name: Name, parameters: Operations[Name]["parameters"]): Promise<Operations[Name]["response"]>;
declare const status: GetTaskStatusResponse;
export { call, status, type Credentials, type StatusNode, type State };
"""

RIGHT = {
    "data-after-asking-for-the-result": "export const state = status.result ? status.data.state : status.message;",
    "ids-as-numbers": 'export const it = call("start_task", { bk_biz_id: 2, task_id: 10 });',
    "batch": 'export const it = call("get_tasks_status", { bk_biz_id: 2, task_id_list: [1, 2] });',
    "any-depth": (
        "export function count(node: StatusNode): number {"
        " return Object.values(node.children).reduce((sum, child) => sum + count(child), 1); }"
    ),
    "state-tells-the-shape": (
        'export const root = status.result && status.data.state === "RUNNING" ? status.data["root_id:"] : "";'
    ),
    "token-for-a-name": 'export const me: Credentials = { bk_app_code: "a", bk_app_secret: "b", bk_token: "t" };',
}
WRONG = {
    "data-before-asking": ("export const state = status.data.state;", "TS18049", "TS2339"),
    "data-of-a-failure": ("export const it = status.result ? undefined : status.data.state;", "TS18049", "TS2339"),
    "message-without-null": ("export const it: string = status.result ? status.message : status.message;", "TS2322"),
    "unknown-call": ('export const it = call("get_task_state", { bk_biz_id: 2, task_id: 10 });', "TS2345"),
    "missing-parameter": ('export const it = call("start_task", { bk_biz_id: 2 });', "TS2345"),
    "unknown-parameter": ('export const it = call("start_task", { bk_biz_id: 2, task: 10, task_id: 1 });', "TS2353"),
    "parameter-of-another-type": (
        'export const it = call("get_tasks_status", { bk_biz_id: 2, task_id_list: 7 });',
        "TS2322",
    ),
    "unknown-action": (
        'export const it = call("operate_task", { bk_biz_id: 2, task_id: 10, action: "stop" });',
        "TS2322",
    ),
    "state-that-is-none": ('export const state: State = "SUCCESS";', "TS2322"),
    "comparison-with-no-state": ('export const it = status.result && status.data.state === "DONE";', "TS2367"),
    "field-of-another-state": (
        'export const it = status.result && status.data.state === "EXPIRED" ? status.data.children : {};',
        "TS2339",
    ),
    "root-id-without-its-colon": ("export const it = (node: StatusNode) => node.root_id;", "TS2551"),
    "time-that-may-be-null": ("export const it = (node: StatusNode) => node.finish_time.slice(0, 10);", "TS18047"),
    "nobody-calls": ('export const me: Credentials = { bk_app_code: "a", bk_app_secret: "b" };', "TS2322"),
}


def test_right_uses_compile(tmp_path):
    write(tmp_path, "v2", **{f"right_{number}": HEAD + use for number, use in enumerate(RIGHT.values())})

    assert compiled(tmp_path, "--noEmit") == []


def test_each_wrong_use_is_an_error_of_its_kind(tmp_path):
    write(tmp_path, "v2", **{name: HEAD + use for name, (use, *_) in WRONG.items()})

    line = HEAD.count("\n") + 1
    assert sorted(compiled(tmp_path, "--noEmit")) == sorted(
        (f"{name}.ts", line, code) for name, (_, *codes) in WRONG.items() for code in codes
    )


def test_unknown_edition_names_those_there_are():
    message = "unknown edition 'v3': choose one of doc-2019, v1, v2, v1@3.6.10, all; did you mean 'v2'?"
    with pytest.raises(ValueError, match=re.escape(message)):
        typescript_module("v3")
