"""Whether the engines take a flow: both look for the gateway at which the arms of each gateway meet, before they start.

Arms that meet in a converging gateway of their own are found but for one case: where a loop leads out of an arm, its
gateway is taken for one that meets there too, and what is around looks no further. The search is the engines'.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Generator

from taskmock.mockserver.core.flow import Activity, Branch, Flow, Loop, Step, Subprocess
from taskmock.mockserver.core.graph import NOWHERE, ROOT, Graph, NodeKind, graph_of

_MET_ELSEWHERE = "分支网关的所有分支第一个遇到的汇聚网关必须是同一个"
_LEFT = "并行网关中的分支网关必须将所有分支汇聚到一个汇聚网关"
_INVALID = "非法网关, 请检查其分支是否符合规则"
_SEVERAL = "汇聚网关只能汇聚来自同一个并行网关的分支"
_MIXED = "StreamValidateError"
"""The reasons of the engines' validators (bamboo_engine/validator/gateway.py, pipeline/validators/gateway.py)."""

_FORKING = frozenset({NodeKind.PARALLEL, NodeKind.CONDITIONAL})  # all arms that are taken run at once
_SPLITTING = _FORKING | {NodeKind.EXCLUSIVE, NodeKind.AGAIN}


@dataclasses.dataclass(frozen=True, slots=True)
class FlowRefusal:
    """Why no engine runs a flow: the step at whose gateway its validator stops, and the validator's own words."""

    step: Step
    reason: str


def refusal_of(flow: Flow) -> FlowRefusal | None:
    """Why no engine runs a flow; None where they do."""
    if not _may_be_refused(flow):
        return None
    graph = graph_of(flow, name="", key="")
    levels = (node.index for node in reversed(graph.nodes) if node.index == ROOT or node.kind is NodeKind.SUBPROCESS)
    return next(filter(None, (_Search(graph, level).refusal() for level in levels)), None)


def empty_arm(flow: Flow) -> Branch | None:
    """A gateway at which engine 1 fails, since it takes all its arms at once and one that is taken has no node."""
    for step in flow:
        match step:
            case Branch():
                empty = {arm.name for arm in step.arms if not arm.flow}.intersection(step.take)
                found = step if empty and NodeKind(step.kind.value) in _FORKING else None
                inside = tuple(inner for arm in step.arms for inner in arm.flow)
            case Subprocess() | Loop():
                found, inside = None, step.flow
            case Activity():
                continue
        if found := found or empty_arm(inside):
            return found
    return None


def _may_be_refused(flow: Flow) -> bool:
    """Whether a loop lies in an arm at all."""
    waiting = [(flow, False)]
    while waiting:
        steps, in_arm = waiting.pop()
        for step in steps:
            match step:
                case Branch():
                    waiting += [(arm.flow, True) for arm in step.arms]
                case Loop() if in_arm:
                    return True
                case Loop():
                    waiting.append((step.flow, False))
                case Subprocess():
                    waiting.append((step.flow, False))
    return False


class _RefusedError(Exception):
    """The search stops at a gateway."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.reason = reason


_Met = tuple[int, bool]
"""Where the arms of a gateway meet (NOWHERE: at the end), and whether those of another one meet there too."""


_Stream = tuple[int, int]
"""A gateway and the number of one of its arms."""


class _Search:
    """The search through the gateways of one level: of the task, or of one subprocess."""

    def __init__(self, graph: Graph, level: int) -> None:
        self._nodes = graph.nodes
        here = [node for node in graph.nodes if node.parent == level and node.index != ROOT]
        self._start, self._end = here[0].index, here[-1].index
        self._arms = {node.join: len(node.arms) for node in here if node.join != NOWHERE}  # by converging gateway
        self._ways = {node.index: self._ways_of(node.index) for node in here if node.kind in _SPLITTING}
        self._met: dict[int, _Met] = {}
        self._meeting: dict[int, list[int]] = collections.defaultdict(list)  # the gateways whose arms meet at one
        self._around: dict[int, None] = {}  # the gateways out of whose arms the search looks, the outermost first
        self._seen: set[int] = set()
        self._seen_before: set[int] = set()

    def refusal(self) -> FlowRefusal | None:
        """Why the level is refused, None where it is not."""
        try:
            for index in self._ways:
                self._seen_before |= self._seen
                self._seen = set()
                self._search(index)
            self._check_streams()
        except _RefusedError as refused:
            step = self._nodes[refused.index].step
            assert step is not None  # noqa: S101  # a gateway has its step
            return FlowRefusal(step, refused.reason)
        return None

    def _search(self, index: int) -> None:
        """Follows one gateway, and those that it leads to, by a stack instead of recursion."""
        stack, met = [self._follow(index)], None
        while stack:
            try:
                inner = stack[-1].send(met)
            except StopIteration as over:
                stack.pop()
                met = over.value
            else:
                stack.append(self._follow(inner))
                met = None

    def _ways_of(self, index: int) -> list[int]:
        """The first gateway, or the end, on each way out of a gateway."""
        node = self._nodes[index]
        ways = (node.back, node.next) if node.kind is NodeKind.AGAIN else node.arms
        return [self._first(way) for way in ways]

    def _first(self, index: int) -> int:
        while self._nodes[index].kind in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}:
            index = self._nodes[index].next
        return index

    def _follow(self, index: int) -> Generator[int, _Met | None, _Met]:
        """Where the arms of a gateway meet; it asks for the gateways that stand in them."""
        if index in self._met and self._met[index][0] != NOWHERE:
            return self._met[index]
        self._around[index] = None
        reached = []
        for way in self._ways[index]:
            reached.append((yield from self._walk(index, way)))  # noqa: PERF401  # no comprehension can yield
        del self._around[index]
        self._ways[index] = reached
        met = self._met[index] = self._meet(index, reached)
        self._meeting[met[0]].append(index)
        self._seen.add(index)
        return met

    def _walk(self, index: int, at: int) -> Generator[int, _Met | None, int]:
        """The converging gateway, or the end, that one way out of a gateway leads to; NOWHERE where it leads back."""
        if at in self._seen_before or at == NOWHERE:
            return NOWHERE
        self._seen.add(at)
        while at in self._ways and at != index:
            if at in self._around:
                around = list(self._around)
                if self._has_forking(around[around.index(at) :]):
                    raise _RefusedError(index, _LEFT)
                return NOWHERE
            met = yield at
            assert met is not None  # noqa: S101  # it is what was asked for
            join, shared = met
            if join == NOWHERE:
                at = self._end
            elif shared and not (self._forks(index) and self._has_forking(self._meeting[join], but=index)):
                at = join
            else:
                at = self._first(self._nodes[join].next)
        return NOWHERE if at in self._arms and at < index else at

    def _meet(self, index: int, reached: list[int]) -> _Met:
        join, forks, left = NOWHERE, self._forks(index), len(reached)
        for at in reached:
            if at in self._arms and join in {NOWHERE, at}:
                join = at
            elif forks:
                raise _RefusedError(index, _INVALID)
            elif at in self._arms:
                raise _RefusedError(index, _MET_ELSEWHERE)
            elif at == self._end:
                if self._has_forking(list(self._around)):
                    raise _RefusedError(index, _LEFT)
            else:
                left -= 1  # it leads back
        if join == NOWHERE:
            return join, False
        if not forks:
            return join, self._arms[join] > left or join in self._meeting
        if self._arms[join] > left and self._has_forking(self._meeting[join]):
            raise _RefusedError(index, _SEVERAL)
        return join, self._arms[join] > left

    def _check_streams(self) -> None:
        """Follows the streams of arms that run at once to where they meet, where that is not their own gateway."""
        meeting = {index: self._met[index][0] for index in self._ways}
        ends = {join: index for index, join in meeting.items() if self._forks(index)}
        stray = next((index for join, index in ends.items() if join != self._nodes[index].join), None)
        if stray is None:
            return
        streams: dict[int, set[_Stream]] = collections.defaultdict(set)
        streams |= {index: {(NOWHERE, 0)} for index in (self._start, self._end)}
        waiting, visited = collections.deque([self._start]), set()
        while waiting:
            at = waiting.popleft()
            ways = self._next_of(at)
            if at not in visited:
                visited.add(at)
                waiting.extend(ways)
            if self._forks(at):
                streams[meeting[at]] |= streams[at]
            for number, way in enumerate(ways):
                over = way in ends and {fork for fork, _ in streams[at]} <= {ends[way]}
                if not (over or (way in ends and meeting.get(at) == way)):
                    streams[way] |= {(at, number)} if self._forks(at) else streams[at]
                if len(streams[way]) != 1:
                    raise _RefusedError(stray, _MIXED)

    def _next_of(self, index: int) -> tuple[int, ...]:
        node = self._nodes[index]
        if node.kind is NodeKind.AGAIN:
            return node.back, node.next
        return node.arms or (() if index == self._end else (node.next,))

    def _forks(self, index: int) -> bool:
        return self._nodes[index].kind in _FORKING

    def _has_forking(self, gateways: list[int], *, but: int = NOWHERE) -> bool:
        return any(self._forks(index) for index in gateways if index != but)
