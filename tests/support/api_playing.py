"""Calls of the API as the system behind the doors gets them, on a stage of the core."""

from __future__ import annotations

import dataclasses
import functools

from support.scenario_playing import Stage
from taskmock.contracts import Contract
from taskmock.mockserver.api.bk_sops.calls import CALLS, OPERATIONS
from taskmock.mockserver.api.bk_sops.calls.call import ApiCall
from taskmock.mockserver.api.bk_sops.calls.parameters import check_parameters
from taskmock.mockserver.api.bk_sops.errors import RefusedError
from taskmock.mockserver.core.scenario import Scenario
from taskmock.schemas import editions_of, known_of

BIZ = "2"


@functools.cache
def contract(operation, edition):
    """The strict contract of a call."""
    return Contract(edition, operation=operation, strictness="strict")


def everything(_):
    """Whether a task is the caller's."""
    return True


class House(Stage):
    """A stage that takes calls."""

    def done(self, operation, *, session="s", scenario=None, user="anna", quirks=True, owns=everything, **said):
        """What a call gives."""
        said = {"bk_biz_id": BIZ, **said}
        needed = {
            key: str(said[key]) for key in OPERATIONS[operation].required if key in said and key != "task_id_list"
        }
        call = ApiCall(
            session=session, said=said, needed=needed, scenario=scenario, user=user, quirks=quirks, owns=owns
        )
        check_parameters(operation, said)
        done = CALLS[operation](self.playback, call)
        findings = self.findings(operation, done)
        assert not findings, findings
        return done

    def findings(self, operation, done):
        """What the strict contract of a call and edition says against an answer."""
        edition = self.playback.default_edition
        if done.key is not None:
            edition = self.playback.playing(self.playback.record(done.key)).edition.name
        if edition not in known_of(editions_of(operation)):
            return []
        body = {"result": True, "data": done.data, "message": done.message, "code": 0, **done.beside}
        return [str(found) for found in contract(operation, edition).check_response(body).violations]

    def call(self, operation, **said):
        """The `data` that a call gives."""
        return self.done(operation, **said).data

    def refusal(self, operation, **said):
        """The code and the message with which a call is refused."""
        try:
            done = self.done(operation, **said)
        except RefusedError as refused:
            return refused.code, refused.message
        raise AssertionError(f"{operation} was done: {done.data!r:.200}")

    def create(self, *, name="Mine", template_id=5, **said):
        """The id of a task that is made."""
        return str(self.call("create_task", name=name, template_id=template_id, **said)["task_id"])


def one(*plays, name="steps", edition="v2", **more):
    """A scenario of these plays."""
    return Scenario(name=name, edition=edition, plays=plays, **more)


def house_of(script, *, edition="v2", **more):
    """A stage on which one script plays for every task."""
    return House(default="it", scenarios=(one(script, name="it", edition=edition),), **more)


def levels(tree):
    """The pipeline trees of a task and of all its subprocesses, by the ids that they have."""
    found, stack = {}, [tree]
    while stack:
        level = stack.pop()
        found[level["id"]] = level
        stack.extend(node["pipeline"] for node in level["activities"].values() if "pipeline" in node)
    return found


def nodes_in(level):
    """The nodes of one level of a pipeline tree, by id."""
    events = {level[key]["id"]: level[key] for key in ("start_event", "end_event")}
    return {**events, **level["activities"], **level["gateways"]}


def lived(life, edition):
    """A stage on which a random life has been lived for task 10, the same commands at the same moments."""
    house = house_of(life.script, edition=edition)
    key = house.open()
    graph = house.playback.history(house.playback.record(key)).graph

    def same(target):
        return graph.nodes[life.graph.by_id[target]].id if target in life.graph.by_id else target

    log = tuple(
        dataclasses.replace(entry, command=dataclasses.replace(entry.command, target=same(entry.command.target)))
        for entry in life.log
    )
    house.store.change(key, lambda record: (dataclasses.replace(record, log=log), None))
    return house, house.playback.history(house.playback.record(key))
