"""A pipeline as the real engines take it, out of the flow that the other side sends. It imports no engine."""

from __future__ import annotations

import itertools

HOW = {"parallel": "ParallelGateway", "exclusive": "ExclusiveGateway", "conditional": "ConditionalParallelGateway"}
"""What the engines call the gateways."""

DEFAULT_LIMIT = 100
"""The reruns that bk-sops allows a node where nothing else is said."""


def pipeline_of(scope):
    """The pipeline of the task or of a subprocess: activities, events, gateways and the flows between them."""
    return _Tree(scope).tree


def flow_id(gateway, arm):
    """The id of the flow from a gateway into one of its arms."""
    return f"f{gateway[2:]}{arm}"


def every_step(steps):
    """All steps of a flow, outer ones first."""
    for step in steps:
        yield step
        for inner in step.get("arms") or [step.get("steps") or []]:
            yield from every_step(inner)


def rerun_limits(scope):
    """The rerun limit of each node that has one, by id: that of the innermost loop around it."""
    limits = {}
    for step in every_step(scope["steps"]):
        if step["kind"] == "loop" and step["limit"] is not None:
            inside = [node for inner in every_step(step["steps"]) for node in _ids(inner)]
            limits.update(dict.fromkeys([*inside, step["id"]], step["limit"]))
    return limits


def _ids(step):
    return [step[key] for key in ("id", "join", "start", "end") if step.get(key)]


class _Tree:
    """One level of a pipeline while it is put together."""

    def __init__(self, scope):
        self._numbers = itertools.count()
        self._prefix = scope["id"][-20:]
        start = self._node("EmptyStartEvent", scope["start"])
        end = self._node("EmptyEndEvent", scope["end"])
        self.tree = {
            "id": scope["id"],
            "start_event": start,
            "end_event": end,
            "activities": {},
            "gateways": {},
            "flows": {},
            "data": {"inputs": {}, "outputs": [], "pre_render_keys": []},
        }
        for source, flow in self._stretch(scope["steps"], [(start, None)]):
            self._connect(source, end, flow)

    @staticmethod
    def _node(kind, node_id, **more):
        return {"id": node_id, "type": kind, "name": more.pop("name", ""), "incoming": [], "outgoing": [], **more}

    def _connect(self, source, target, flow=None):
        flow = flow or f"f{self._prefix}{next(self._numbers)}"
        self.tree["flows"][flow] = {"id": flow, "source": source["id"], "target": target["id"], "is_default": False}
        target["incoming"].append(flow)
        if source["type"] in HOW.values():
            source["outgoing"].append(flow)
        else:
            source["outgoing"] = flow

    def _stretch(self, steps, ends):
        """Appends steps behind open ends (a node and the id of the flow out of it); the new open ends."""
        for step in steps:
            ends = getattr(self, f"_{step['kind']}")(step, ends)
        return ends

    def _append(self, node, ends, place):
        for source, flow in ends:
            self._connect(source, node, flow)
        self.tree[place][node["id"]] = node
        return [(node, None)]

    def _act(self, step, ends):
        node = self._node(
            "ServiceActivity",
            step["id"],
            name=step["name"],
            error_ignorable=step["ignored"],
            skippable=step["skippable"],
            retryable=step["retryable"],
            timeout=None if step["times_out"] is None else step["times_out"] / 1000,
            optional=False,
            component={
                "code": "waiting" if step["waits"] else "working",
                "inputs": {"attempts": {"type": "plain", "value": step["attempts"]}},
            },
        )
        return self._append(node, ends, "activities")

    def _sub(self, step, ends):
        inner = pipeline_of(step)
        broken = {"${broken}": {"type": "lazy", "custom_type": "broken", "value": step["fails"]}}
        params = broken if step["fails"] is not None else {}
        node = self._node("SubProcess", step["id"], name=step["name"], pipeline=inner, params=params)
        if params:
            inner["data"]["inputs"]["${broken}"] = {"type": "plain", "value": "", "is_param": True}
        return self._append(node, ends, "activities")

    def _branch(self, step, ends):
        fork = self._node(HOW[step["how"]], step["id"])
        join = self._node("ConvergeGateway", step["join"])
        fork["converge_gateway_id"] = join["id"]
        self._append(fork, ends, "gateways")
        into = [(fork, flow_id(step["id"], number)) for number in range(len(step["arms"]))]
        if step["how"] != "parallel":
            taken = {number: "1 == 1" if number in step["take"] else "1 == 2" for number in range(len(into))}
            fork["conditions"] = {flow: {"evaluate": taken[number]} for number, (_, flow) in enumerate(into)}
        opened = [end for arm, first in zip(step["arms"], into, strict=True) for end in self._stretch(arm, [first])]
        return self._append(join, opened, "gateways")

    def _loop(self, step, ends):
        before = self.tree["flows"].keys() - set()
        again = self._node("ExclusiveGateway", step["id"])
        opened = self._stretch(step["steps"], ends)
        source, flow = ends[0]
        first = next(
            one for key, one in self.tree["flows"].items() if key not in before and self._is(one, source, flow)
        )
        back, onward = flow_id(step["id"], 0), flow_id(step["id"], 1)
        passes = "${passes_" + step["id"] + "}"
        self.tree["data"]["inputs"][passes] = {"type": "lazy", "custom_type": "passes", "value": step["id"]}
        again["conditions"] = {
            back: {"evaluate": f"{passes} < {step['times']}"},
            onward: {"evaluate": f"{passes} >= {step['times']}"},
        }
        self._append(again, opened, "gateways")
        nodes = {**self.tree["activities"], **self.tree["gateways"]}
        self._connect(again, nodes[first["target"]], back)
        return [(again, onward)]

    @staticmethod
    def _is(flow, source, wanted):
        return flow["source"] == source["id"] and wanted in {None, flow["id"]}
