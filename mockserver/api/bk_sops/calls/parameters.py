"""What the system takes for the parameters of its calls, before it looks at any task."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator, Mapping

from taskmock.mockserver.api.bk_sops.errors import PARAMETERS, UNKNOWN, RefusedError
from taskmock.mockserver.api.bk_sops.request import Parameters

CREATIONS = {"create_task": "task params is invalid", "create_and_start_task": "task parmas is invalid"}
"""The calls that make a task, with how each begins to say what is wrong (fact, spelling included)."""

LONGEST_NAME = 100
"""The most characters that a task's name may have (fact)."""

CALLBACK_URL = r"^https?://\w.+$"
"""What a callback's URL looks like (fact)."""

TRUE = frozenset({"t", "y", "yes", "true", "on", "1"})
FALSE = frozenset({"f", "n", "no", "false", "off", "0"})
"""The words for true and for false, in small letters (fact)."""

_FLOW_TYPES = ("common", "common_func")
_SCHEMES, _EXCLUDED, _EXECUTED = "template_schemes_id", "exclude_task_nodes_id", "execute_task_nodes_id"


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """What a parameter may be: a test, and what a refusal demands."""

    takes: Callable[[object], bool]
    demand: str


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can hold a text: half a surrogate pair it cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list_of(takes: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(takes, value))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_id(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, str) and value != "")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and is_unicode(value)


def _is_scheme(value: object) -> bool:
    if isinstance(value, str):
        return value != "" and (not value.isdigit() or int(value) > 0)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_pass(value: object) -> bool:
    is_number = _is_text(value) or _is_whole(value)
    return is_number and re.fullmatch("[0-9]{1,9}", str(value)) is not None


def _is_stack(value: object) -> bool:
    """Whether a value is a list, or the JSON text of one."""
    if not isinstance(value, str):
        return isinstance(value, list)
    try:
        return isinstance(json.loads(value), list)
    except (ValueError, RecursionError):
        return False


def _is_word(value: object) -> bool:
    return isinstance(value, (bool, int, str)) and str(value).lower() in TRUE | FALSE


TEXT = Kind(_is_text, "must be a text")
TEXT_OR_NULL = Kind(lambda value: value is None or _is_text(value), "must be a text")
ID = Kind(_is_id, "must be a text that is not empty, or a whole number")
FLAG = Kind(lambda value: isinstance(value, (str, bool, int)), "must be true or false")
BOOLEAN = Kind(_is_word, "must be a valid boolean")
OBJECT = Kind(lambda value: isinstance(value, dict), "field is not a valid object")
TEXTS = Kind(_is_list_of(_is_text), "field is not a valid array")
PARTS = Kind(_is_list_of(lambda value: _is_whole(value) or _is_text(value)), "is not a list of texts or whole numbers")
IDS = Kind(_is_list_of(_is_id), "must be a list")
STACK = Kind(_is_stack, "is not a valid array json")
PASS = Kind(_is_pass, "is not a valid number")
LOOSE_COUNT = Kind(lambda value: _is_whole(value) or _is_text(value), "must be a text or a whole number")
NAME = Kind(_is_name, f"is not a text of 1 to {LONGEST_NAME} characters")
FORMAT = Kind(lambda value: value in ("json", "yaml"), "is not a valid choice")
FLOW_TYPE = Kind(lambda value: value in _FLOW_TYPES and _is_text(value), f"is not one of {list(_FLOW_TYPES)}")
SCHEMES = Kind(
    lambda value: all(map(_is_scheme, value)) if isinstance(value, list) else _is_scheme(value),
    "is not an execution scheme, or a list of them",
)
URL = Kind(
    lambda value: value in (None, "") or (isinstance(value, str) and re.match(CALLBACK_URL, value) is not None),
    f"format error, must match {CALLBACK_URL}",
)

_OF_ALL = {"scope": TEXT}
_UNSCOPED = frozenset({"get_user_project_list"})
_OF_NEW = {
    "callback_url": URL,
    "name": NAME,
    "flow_type": FLOW_TYPE,
    "constants": Kind(lambda value: isinstance(value, dict), "is not of type 'object'"),
    _EXCLUDED: PARTS,
    _SCHEMES: SCHEMES,
    "template_source": TEXT,
    "description": TEXT,
}
_OF_LISTS = {
    **dict.fromkeys(("keyword", "executor", "create_method", "expected_timezone"), TEXT),
    **dict.fromkeys(("is_started", "is_finished"), FLAG),
    "template_id": ID,
}
_OF_TEMPLATES = {
    "template_source": TEXT,
    **dict.fromkeys(
        ("include_executor_proxy", "include_subprocess", "include_constants", "include_notify"),
        BOOLEAN,
    ),
}
_OF_NODES = {"component_code": TEXT, "subprocess_stack": STACK, "loop": PASS}
_KINDS: Mapping[str, Mapping[str, Kind]] = {
    "get_task_status": {
        "subprocess_id": TEXT,
        "with_ex_data": FLAG,
        "with_failed_node_info": FLAG,
        "with_auto_retry_status": FLAG,
    },
    "get_tasks_status": {"task_id_list": IDS, "include_children_status": BOOLEAN},
    "get_tasks_manual_intervention_state": {"task_id_list": IDS},
    "create_task": {**_OF_NEW, _EXECUTED: PARTS, "simplify_vars": PARTS, "callback_version": LOOSE_COUNT},
    "create_and_start_task": _OF_NEW,
    "operate_node": {
        "data": OBJECT,
        "inputs": OBJECT,
        "flow_id": TEXT_OR_NULL,
        "flow_ids": TEXTS,
        "converge_gateway_id": TEXT,
    },
    "node_callback": {"version": TEXT_OR_NULL},
    "get_task_detail": {
        "include_edit_info": BOOLEAN,
        "include_webhook_history": BOOLEAN,
        "include_children_status": BOOLEAN,
        "include_pipeline_tree": FLAG,
    },
    "get_task_node_data": {**_OF_NODES, "template_node_id": TEXT},
    "get_task_node_detail": {**_OF_NODES, "max_histories": LOOSE_COUNT},
    "get_task_list": {
        **_OF_LISTS,
        **dict.fromkeys(("template_ids", "create_time_start", "create_time_end"), TEXT),
        **dict.fromkeys(("is_child_taskflow", "without_count"), FLAG),
    },
    "get_task_count": _OF_LISTS,
    "get_template_list": {
        **_OF_TEMPLATES,
        **dict.fromkeys(("id_in", "name_keyword", "expected_timezone"), TEXT),
        "include_labels": BOOLEAN,
    },
    "get_template_info": {
        **_OF_TEMPLATES,
        "unfold_subprocess": BOOLEAN,
        "include_pipeline_tree": FLAG,
        "format": FORMAT,
    },
    "get_template_schemes": {"with_constants": TEXT},
    "get_user_project_list": {"include_executor_proxy": BOOLEAN},
}
"""What the parameters of each call may be that its gateway does not check, where they are there."""

_NEEDED = {
    **dict.fromkeys(CREATIONS, "name"),
    "get_tasks_status": "task_id_list",
    "get_tasks_manual_intervention_state": "task_id_list",
}
"""The parameter that a call cannot do without, and that the gateway lets through."""


def check_parameters(operation: str, said: Parameters) -> None:
    """Refuses a call for what it says, whatever the state of its task.

    Raises:
        RefusedError: A parameter is missing, or not what it may be.
    """
    kinds = {**({} if operation in _UNSCOPED else _OF_ALL), **_KINDS.get(operation, {})}
    needed = _NEEDED.get(operation)
    for name, kind in kinds.items():
        if (name in said or name == needed) and not kind.takes(said.get(name)):
            raise _refused(operation, name, kind.demand)
    if operation in CREATIONS:
        for complaint in _scheme_complaints(said):
            raise RefusedError(PARAMETERS, complaint)


def _refused(operation: str, name: str, demand: str) -> RefusedError:
    text = f"{name} {demand}"
    if name == "subprocess_stack" and operation == "get_task_node_detail":
        return RefusedError(UNKNOWN, text)
    begins = CREATIONS.get(operation) if name != "callback_url" else None
    return RefusedError(PARAMETERS, text if begins is None else f"{begins}: {text}")


def _scheme_complaints(said: Parameters) -> Iterator[str]:
    """What is wrong with the execution schemes of a new task, by themselves and beside nodes that are named."""
    schemes = said.get(_SCHEMES, [])
    named = schemes if isinstance(schemes, list) else [schemes]
    if named and (said.get(_EXCLUDED) or said.get(_EXECUTED)):
        yield f"{_SCHEMES} can not be used with {_EXCLUDED} or {_EXECUTED}"
    alike = [int(scheme) if isinstance(scheme, str) and scheme.isdigit() else scheme for scheme in named]
    if len(set(alike)) < len(alike):
        yield f"duplicate {_SCHEMES}"
