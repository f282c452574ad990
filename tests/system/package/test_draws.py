"""What the property tests draw: the same in every run and process, and something new for `make fuzz` alone."""

import os
import subprocess
import sys

import pytest
from hypothesis import settings

from support.source_tree import ROOT

PROGRAM = """
import sys
from hypothesis import given, settings, strategies as st
from support import properties
settings.load_profile(sys.argv[1])
{}
drawn = []

@properties.examples(30)
@given(st.lists(st.text() | st.integers() | st.binary() | st.floats()))
def draw(values):
    drawn.append(repr(values))

draw()
print(len(drawn), ascii(drawn))
"""


@pytest.fixture
def drawn(tmp_path):
    """What a program of its own draws, and how much."""

    def drawing(profile, *, before="", hash_seed="0"):
        (tmp_path / "program.py").write_text(PROGRAM.format(before), encoding="utf-8")
        result = subprocess.run(
            [sys.executable, "program.py", profile],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT / "tests"), "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        count, _, values = result.stdout.partition(" ")
        return int(count), values

    return drawing


def test_draws_are_the_same_in_any_process_whatever_is_loaded(drawn):
    alone = drawn("same")
    beside = drawn("same", before="import taskmock.mockserver.server.app", hash_seed="4711")

    assert alone == beside
    assert alone[0] == 30


def test_fuzz_draws_more_and_something_new(drawn):
    one, other = drawn("fuzz"), drawn("fuzz")

    assert one[0] == other[0] == 300
    assert one[1] != other[1]


def test_tests_draw_the_same_unless_told_otherwise(pytestconfig):
    chosen = pytestconfig.getoption("--hypothesis-profile")

    assert settings.get_current_profile_name() == (chosen or "same")
    assert (settings().derandomize, settings().database is None) == ((chosen is None,) * 2)
    assert settings().deadline is None
