"""Whatever a call says in whatever form: it is done or refused, and its answer can be written."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.api_playing import BIZ, House
from support.properties import examples
from support.scenario_building import act, conditional, play, sub, waits
from taskmock.mockserver.api.bk_sops.calls import CALLS, OPERATIONS, STATUS
from taskmock.mockserver.api.bk_sops.calls.call import ApiCall
from taskmock.mockserver.api.bk_sops.calls.parameters import check_parameters
from taskmock.mockserver.api.bk_sops.errors import RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import written
from taskmock.mockserver.core.scenario import Scenario
from taskmock.schemas import load_operations, load_schema

SCRIPT = play(act("A", (1, "no"), 1), sub("S", waits("W")), conditional(a=[act("B", 1)], b=[]), name="Any", start=None)
WORDS = [
    *("true", "false", "0", "1", "-1", "2", "", "x", "[]", "{}", "[1]", '["a"]', "null", "[" * 2000, "²", "\ud800"),
    *("A", "S", "W", "S / W", "task", "common", "common_func", "job_fast_execute_script", "pause_node", "9" * 400),
    *("retry", "skip", "callback", "skip_exg", "skip_cpg", "pause", "resume", "forced_fail", "retry_subprocess"),
    *("start", "revoke", "n" + "0" * 31, "10", "1001"),
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "result", "${x}"]), inner),
    max_leaves=6,
)
NEEDED = {
    "task_id": st.sampled_from(["10", "1001", "x"]),
    "node_id": st.sampled_from(["A", "S", "W", "S / W", "B", "task", "nobody", "n" + "0" * 31]),
    "template_id": st.sampled_from(["5", "0", "x"]),
    "name": st.sampled_from(["Mine", "é"]),
    "action": st.sampled_from([word for word in WORDS if word.islower()]),
    "bk_biz_id": st.sampled_from([BIZ, "team", "9" * 100]),
}


def calls_of(operation):
    """Calls of an operation with any of its parameters in any form."""
    known = load_schema("v2", "request", operation=operation)["properties"]
    required = [name for name in OPERATIONS[operation].required if name in NEEDED]
    optional = [name for name in known if name not in NEEDED and not name.startswith("bk_")]
    said = st.dictionaries(st.sampled_from(optional), JSON) if optional else st.just({})
    return st.builds(
        lambda needed, said, quirks: ApiCall(session="s", said={**needed, **said}, needed=needed, quirks=quirks),
        st.fixed_dictionaries({name: NEEDED[name] for name in required}),
        said,
        st.booleans(),
    )


ANY = st.one_of([calls_of(operation).map(lambda call, name=operation: (name, call)) for operation in CALLS])


def test_every_call_of_the_api_is_answered():
    assert {*CALLS, STATUS.name} == set(load_operations())


@pytest.mark.parametrize("edition", ["v2", "v1", "doc-2019"])
@examples(100)
@given(made=st.lists(st.tuples(ANY, st.integers(0, 5)), max_size=8))
@example(made=[(("start_task", ApiCall(session="s", said={}, needed={"task_id": "10", "bk_biz_id": BIZ})), 2)])
def test_any_calls_in_a_row_are_done_or_refused(edition, made):
    house = House(default="any", scenarios=(Scenario(name="any", plays=(SCRIPT,)),), edition=edition)
    house.create()
    for (operation, call), seconds in made:
        try:
            check_parameters(operation, call.said)
            done = CALLS[operation](house.playback, call)
        except RefusedError:
            continue
        assert house.findings(operation, done) == []
        assert written(done.data)
        house.clock.advance(seconds)
        for task_id in ("10", "1001"):
            house.poll(task_id)
