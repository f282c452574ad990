"""Plays a scenario through and says what is wrong with it: answers against the contract, what never happens."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from taskmock.contracts import Contract, Poll, Report, Severity, Violation
from taskmock.mockserver.api.bk_sops.documents.presenter import DEFAULT_EDITION, PRESENTER
from taskmock.mockserver.api.bk_sops.documents.renderer import Renderer
from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.convergence import refusal_of
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.graph import AddressError
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.core.state import State
from taskmock.mockserver.dry_run.frames import PlayedFrame, alone, frame_of, polled_playback
from taskmock.mockserver.playback.poll import Query
from taskmock.mockserver.playback.presenter import state_at
from taskmock.mockserver.playback.record import DEFAULT_SESSION, TASK_ID
from taskmock.mockserver.sessions.task_clock import TaskClock
from taskmock.schemas import EDITIONS
from taskmock.schemas.argument import demand

Place = tuple[str | int, ...]
"""The keys that lead to a part of a scenario's file."""

JUDGED_NODES = 12_000
"""About how many nodes are judged in each edition; of larger scenarios the moments are sampled."""

TRAPS = "trap."
"""What the codes of warnings begin with that real answers get too: they are none of the scenario's faults."""

LEAST_JUDGED = 3
"""The fewest moments that `lint` judges of a scenario of any size; at least its last one is judged anywhere."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong with a scenario.

    `code` is stable and made for machines: `contract`, `refused-event`, `idle-fault`, `idle-break`, `wrong-end`,
    `bad-address` or, of scenarios made in code, `refused-flow`. `place` leads to what it is about by the keys of the
    scenario's file.
    """

    code: str
    message: str
    place: Place = ()

    def __str__(self) -> str:
        """The message."""
        return self.message


def lint(scenario: Scenario) -> tuple[Finding, ...]:
    """What is wrong with a scenario: it is played in its own edition and in the other two.

    Every answer, and the course of recorded ones, must keep the strict contract (each contract break that the scenario
    declares must be caught by it), every scripted command be obeyed, every fault hold at some moment, and the task end
    as `ends` says.

    Raises:
        ArgumentError: `scenario` is none.
    """
    demand("lint(scenario)", scenario, Scenario, "a Scenario, such as load_scenario(FILE) gives")
    return tuple(dict.fromkeys(_findings(scenario)))


def broken_answers(scenario: Scenario, *, judged: int = JUDGED_NODES) -> tuple[Finding, ...]:
    """Where answers of a scenario break the contract of its own edition without a fault that declares it.

    `judged` is about how many nodes are judged: a scenario is checked so when it is loaded.
    """
    runs = ((place, ScenarioRun(scenario, play)) for place, play in _placed(scenario))
    return tuple(found for place, run in runs for found in _contract_findings(run, place, judged=judged))


class ScenarioRun:
    """One script of a scenario, played alone in one edition, whose answers can be asked for at any moment.

    Without `fault` it meets none; a `fault` holds at all moments.
    """

    def __init__(
        self, scenario: Scenario, play: Play, edition: str | None = None, *, fault: Fault | None = None
    ) -> None:
        self.scenario = scenario
        self.play = play
        self.edition = edition or scenario.edition or (None if play.frames else DEFAULT_EDITION)
        faults = () if fault is None else (dataclasses.replace(fault, bounds=Bounds()),)
        self._playback = polled_playback(alone(scenario, dataclasses.replace(play, faults=faults)), self.edition)
        self._renderer = Renderer()
        self._query = Query(session=DEFAULT_SESSION, task_id=TASK_ID)
        self._key = self._playback.open(self._query).key

    @property
    def history(self) -> History:
        """All changes of the task."""
        return self._playback.history(self._playback.record(self._key))

    def answer_at(self, moment: int) -> PlayedFrame:
        """The answer at a moment, in ms on the task's clock."""
        TaskClock(self._playback, self._key).set(moment / SECOND)
        return frame_of(self._playback.poll(self._query), self._renderer)

    def contract(self) -> Contract:
        """The strict contract of the edition."""
        return Contract(self.edition or "auto", strictness="strict")

    def sampled(self, moments: Iterable[int], *, judged: int = JUDGED_NODES) -> tuple[int, ...]:
        """The moments whose answers have about that many nodes: all, or some at equal distances, the last included."""
        every = tuple(moments)
        count = judged // max(1, len(self.history.graph.nodes))
        if judged >= JUDGED_NODES:
            count = max(LEAST_JUDGED, count)
        return every if len(every) <= count else evenly(every, count)


def _placed(scenario: Scenario) -> Iterator[tuple[Place, Play]]:
    """Each script with where it stands in the file."""
    for number, play in enumerate(scenario.plays):
        yield ("tasks", number) if len(scenario.plays) > 1 else (), play


def _findings(scenario: Scenario) -> Iterator[Finding]:
    for number, (place, play) in enumerate(_placed(scenario)):
        try:
            run = ScenarioRun(scenario, play)
            history = run.history
        except AddressError as error:
            yield Finding(code="bad-address", message=str(error), place=place)
            continue
        if refusal := refusal_of(play.flow):
            message = f"no engine runs the flow: the validator refuses it ({refusal.reason})"
            yield Finding(code="refused-flow", message=message, place=place)
        yield from _refusals(history, play, place)
        yield from _idle_faults(run, place)
        if number == 0 and scenario.ends is not None:
            yield from _wrong_end(run, scenario.ends)
        yield from _contract_findings(run, place)
        if play.frames:
            yield from _course_findings(run, place)
        else:  # what was recorded in one edition cannot be told in another
            for edition in EDITIONS:
                if edition != run.edition:
                    yield from _contract_findings(ScenarioRun(scenario, play, edition), place)


def _refusals(history: History, play: Play, place: Place) -> Iterator[Finding]:
    commands = [event.command for event in play.events]
    for error in history.refused:
        message = f"the event {error.command.verb} {error.command.target} is refused: {error.reason}"
        yield Finding(code="refused-event", message=message, place=(*place, "events", commands.index(error.command)))


def _wrong_end(run: ScenarioRun, ends: str) -> Iterator[Finding]:
    state = run.answer_at(run.history.moments[-1]).state
    if state != ends and not (run.play.waits_to_be_started and ends == State.CREATED):
        yield Finding(code="wrong-end", message=f"ends is {ends}, but the task ends {state}", place=("ends",))


def _idle_faults(run: ScenarioRun, place: Place) -> Iterator[Finding]:
    """Faults that hold at no moment, and contract breaks that break nothing."""
    for number, fault in enumerate(run.play.faults):
        spot = (*place, "faults", number)
        moments = tuple(holding_moments(run.history, fault.bounds))
        if not moments:
            yield Finding(code="idle-fault", message=f"the fault {fault.kind} holds at no moment", place=spot)
        elif fault.kind is FaultKind.BREAK:
            broken, contract = ScenarioRun(run.scenario, run.play, run.edition, fault=fault), run.contract()
            answers = map(broken.answer_at, run.sampled(moments))
            if all(contract.check_response(answer.body).ok for answer in answers):
                message = "the contract break breaks nothing: every answer that it touches keeps the contract"
                yield Finding(code="idle-break", message=message, place=spot)


def evenly(moments: tuple[int, ...], count: int) -> tuple[int, ...]:
    """About that many of some moments, at equal distances, with the first and the last; the last alone below two."""
    if count < 2:
        return moments[-1:]
    return tuple(dict.fromkeys(moments[number * (len(moments) - 1) // (count - 1)] for number in range(count)))


def holding_moments(history: History, bounds: Bounds) -> Iterator[int]:
    """The changes of the tree at which, or after which, a fault may hold in some poll."""
    moments = history.moments
    for moment, following in zip(moments, [*moments[1:], None], strict=True):
        too_early = bounds.since is not None and following is not None and following <= bounds.since
        too_late = bounds.until is not None and bounds.until <= moment
        if too_early or too_late:
            continue
        if bounds.state is None or state_at(PRESENTER, history, moment, bounds.node or TASK) == bounds.state:
            yield moment


def _contract_findings(run: ScenarioRun, place: Place, *, judged: int = JUDGED_NODES) -> Iterator[Finding]:
    contract = run.contract()
    seen: set[str] = set()
    for moment in run.sampled(run.history.moments, judged=judged):
        report = contract.check_response(run.answer_at(moment).body)
        for group in report.groups:
            if group.code not in seen and not group.code.startswith(TRAPS):
                seen.add(group.code)
                which = f"the answer at {moment / SECOND:g} s"
                yield _contract_finding(report, group.violations[0], which, _frame_place(run, moment, place))


def _course_findings(run: ScenarioRun, place: Place) -> Iterator[Finding]:
    """What breaks the contract from one recorded answer to a later one; scripts may pass faster than the task did."""
    moments = run.sampled(run.history.moments)
    contract = Contract(run.edition or "auto", strictness="strict", clock_rule="off")
    report = contract.check_history([Poll(run.answer_at(moment).body, moment / SECOND) for moment in moments])
    for group in report.groups:
        errors = (one for one in group.violations if one.severity is Severity.ERROR and one.follows is None)
        violation = next((one for one in errors if one.after), None)
        if violation is not None:
            moment, before = moments[violation.poll - 1], moments[violation.after - 1]
            which = f"the answer at {moment / SECOND:g} s, after that at {before / SECOND:g} s,"
            yield _contract_finding(report, violation, which, _frame_place(run, moment, place))


def _frame_place(run: ScenarioRun, moment: int, place: Place) -> Place:
    """Where the recorded answer of a moment stands; the script's own place where it has none."""
    number = next((number for number, frame in enumerate(run.play.frames) if frame.at == moment), None)
    return place if number is None else (*place, "frames", number)


def _contract_finding(report: Report, violation: Violation, which: str, place: Place) -> Finding:
    where = f" at {violation.pointer}" if violation.pointer else ""
    told = f"{violation.code}{where}: {violation.sentence}"
    return Finding(code="contract", message=f"{which} breaks the contract of {report.edition}: {told}", place=place)
