"""The typed client of the examples: it compiles in the editions that it knows, and follows a task of a mock."""

import subprocess

import pytest

from support.programs import program
from support.typescript_compiling import compiled, copy_example
from taskmock.contracts.export.typescript import typescript_module
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

pytestmark = pytest.mark.xdist_group("typescript-example")  # one worker compiles it, once


@pytest.fixture
def example(tmp_path):
    """Lays the example out with the types of an edition."""

    def lay_out(edition):
        copy_example(tmp_path)
        (tmp_path / "sops.ts").write_text(typescript_module(edition), encoding="utf-8")
        return tmp_path

    return lay_out


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the example, compiled in edition v2."""
    folder = tmp_path_factory.mktemp("typescript")
    copy_example(folder)
    (folder / "sops.ts").write_text(typescript_module("v2"), encoding="utf-8")
    assert compiled(folder) == []
    return folder


def test_example_compiles_in_the_edition_before(example):
    assert compiled(example("v1"), "--noEmit") == []


def test_compiler_tells_a_client_of_a_state_that_its_edition_does_not_have(example):
    folder = example("doc-2019")
    lines = (folder / "poller.ts").read_text(encoding="utf-8").splitlines()

    [(file, line, code)] = compiled(folder, "--noEmit")

    assert (file, code) == ("poller.ts", "TS2769")
    assert "EXPIRED" in lines[line - 1]


def follow(folder, **settings):
    """What the example prints of a task of a mock, and what it says where it gives up."""
    node = program("node")
    with MockServer(settings=Settings(edition="v2", clock="polls", **settings)) as server:
        command = [node, "build/main.js", server.url, "10"]
        result = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=120)
    return result.stdout.splitlines(), result.stderr


PLAYS = {
    "failed-then-retried": [
        "CREATED",
        "RUNNING",
        "FAILED: Copy to hosts",
        "RUNNING",
        "FAILED: Copy to hosts",
        "RUNNING",
        "FINISHED",
    ],
    "revoked-midway": ["CREATED", "RUNNING", "REVOKED"],
    "expired": ["CREATED", "RUNNING", "FINISHED"],
    "malformed-envelope": ["CREATED", "RUNNING", "FINISHED"],
}


@pytest.mark.parametrize("scenario", PLAYS)
def test_example_follows_a_task_to_its_end(built, scenario):
    assert follow(built, scenario=scenario) == (PLAYS[scenario], "")


def test_example_gives_up_where_the_api_refuses_again_and_again(built, tmp_path):
    (tmp_path / "auth.yaml").write_text("apps: [{code: another, secret: s3cret}]\n", encoding="utf-8")

    printed, error = follow(built, auth=tmp_path / "auth.yaml")

    assert printed == []
    assert "RefusedError: " in error
    assert "code: 1306000" in error
