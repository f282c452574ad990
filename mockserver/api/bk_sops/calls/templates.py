"""The calls with which a client begins: the projects that it may see, their templates, what these are made of."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.mockserver.api.bk_sops.calls.call import ApiCall, Done
from taskmock.mockserver.api.bk_sops.calls.parameters import TRUE
from taskmock.mockserver.api.bk_sops.documents.edition import Document
from taskmock.mockserver.api.bk_sops.documents.pipeline import template_tree
from taskmock.mockserver.api.bk_sops.documents.presenter import PRESENTER
from taskmock.mockserver.api.bk_sops.documents.task import (
    NOTIFIED,
    TEMPLATE_ACTIONS,
    is_number,
    project_entry,
    project_of,
    template_entry,
)
from taskmock.mockserver.api.bk_sops.errors import NOT_FOUND, UNKNOWN, RefusedError
from taskmock.mockserver.api.bk_sops.request import text_of
from taskmock.mockserver.core.graph import NodeKind, graph_of
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.generation.generator import SCENARIO_NAME
from taskmock.mockserver.playback.player import Playback

FIRST, GENERATED = 1, 3
"""The first template of a session, and how many it has where tasks are generated: each has a flow of its own."""

COMMON_SOURCE = "common"


def get_user_project_list(_: Playback, call: ApiCall) -> Done:
    """The projects that a user may see."""
    proxy: Document = {"executor_proxy": ""} if _asks(call, "include_executor_proxy") else {}
    return Done(data=[project_entry(bk_biz_id) | proxy for bk_biz_id in call.projects()], message=None)


def get_template_list(playback: Playback, call: ApiCall) -> Done:
    """The templates of a session, highest id first: the first and those of its clients' tasks, or those asked for."""
    keyword = text_of(call.said, "name_keyword").casefold()
    labels: Document = {"labels": []} if _asks(call, "include_labels") else {}
    shown = (_entry(call, number, name) | labels for number, name in _templates(playback, call))
    found = [entry | {"auth_actions": list(TEMPLATE_ACTIONS)} for entry in shown if keyword in entry["name"].casefold()]
    return Done(data=found, message=None)


def get_template_info(playback: Playback, call: ApiCall) -> Done:
    """A template with its pipeline tree: what tasks that are made of it now have."""
    number = _number(call, call.needed["template_id"])
    scenario, play = _played(playback, call, number)
    if play.frames:
        reason = f"the scenario {scenario.name!r} holds recorded answers, which have no pipeline tree"
        raise RefusedError(UNKNOWN, f"format_template_data failed: {reason}")
    if call.said.get("format") == "yaml":
        raise RefusedError(UNKNOWN, "export yaml failed: this mock writes pipeline trees as JSON alone")
    edition, key = PRESENTER.edition(playback.edition_of(scenario).name), f"template {number} {playback.opening.seed}"
    graph = graph_of(play.flow, name=_name(scenario, play), key=key, prefix=edition.prefix, root_id=play.id)
    tree = template_tree(graph, edition, key=key, unfolded=_asks(call, "unfold_subprocess"))
    more: Document = {}
    if _asks(call, "include_subprocess"):
        has_some = any(node.kind is NodeKind.SUBPROCESS for node in graph.nodes)
        more |= {"has_subprocess": has_some, "subprocess_has_update": False}
    if _asks(call, "include_constants"):
        more["template_constants"] = []
    return Done(data={**_entry(call, number, _name(scenario, play)), "pipeline_tree": tree, **more}, message=None)


def get_template_schemes(_: Playback, call: ApiCall) -> Done:
    """The execution schemes of a template: none, as scenarios have none."""
    if not is_number(call.needed["template_id"]):
        raise RefusedError(UNKNOWN, "TaskTemplate matching query does not exist.")
    return Done(data=[], message=None)


def _asks(call: ApiCall, name: str) -> bool:
    return str(call.said.get(name, False)).lower() in TRUE


def _entry(call: ApiCall, number: int, name: str) -> Document:
    more: Document = {"executor_proxy": ""} if _asks(call, "include_executor_proxy") else {}
    notified = NOTIFIED if _asks(call, "include_notify") else {}
    return template_entry(number, name, project_of(call.needed["bk_biz_id"])) | more | notified


def _number(call: ApiCall, template_id: str) -> int:
    if is_number(template_id):
        return int(template_id)
    if text_of(call.said, "template_source") == COMMON_SOURCE:
        raise RefusedError(NOT_FOUND, f"common template[id={template_id}] does not exist")
    biz_id = call.needed["bk_biz_id"]
    project = f"project[project_id={project_of(biz_id)}, biz_id={biz_id}]"
    raise RefusedError(NOT_FOUND, f"template[id={template_id}] of {project} does not exist")


def _templates(playback: Playback, call: ApiCall) -> Iterator[tuple[int, str]]:
    """The number and the name of each template that a list has; recorded answers have none."""
    asked = [text.strip() for text in text_of(call.said, "id_in").split(",")]
    numbers = {int(text) for text in asked if is_number(text)}
    if asked == [""]:
        made = playback.store.plan(call.session).created.values()
        numbers = {int(creation.template_id) for creation in made}
        numbers |= set(range(FIRST, FIRST + (GENERATED if _is_generated(playback, call) else 1)))
    for number in sorted(numbers, reverse=True):
        scenario, play = _played(playback, call, number)
        if not play.frames:
            yield number, _name(scenario, play)


def _is_generated(playback: Playback, call: ApiCall) -> bool:
    name = _wanted(playback, call)
    return name == SCENARIO_NAME and name not in playback.catalog


def _played(playback: Playback, call: ApiCall, number: int) -> tuple[Scenario, Play]:
    return playback.template_of(_wanted(playback, call), str(number), call.session)


def _wanted(playback: Playback, call: ApiCall) -> str:
    """The name of what the session plays."""
    return call.scenario or playback.store.plan(call.session).scenario or playback.default or SCENARIO_NAME


def _name(scenario: Scenario, play: Play) -> str:
    return play.name or scenario.title or scenario.name
