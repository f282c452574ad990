"""`taskmock export`: every option, every error, and output that any terminal or file can hold."""

import json

import pytest

from support.mock_calls import send
from taskmock.contracts.export.openapi import openapi_document
from taskmock.contracts.export.typescript import typescript_module
from taskmock.mockserver.admin.router import whole_document
from taskmock.mockserver.api.bk_sops.api import BkSopsApi
from taskmock.schemas import ALL, EDITIONS, GATEWAYS, gateway_names


@pytest.mark.parametrize("edition", [*EDITIONS, ALL])
def test_openapi_describes_an_edition(taskmock, edition):
    ended = taskmock("export", "openapi", "--edition", edition)

    assert (ended.code, ended.stderr) == (0, b"")
    assert json.loads(ended.stdout) == openapi_document(edition)


def test_openapi_is_of_the_latest_edition_and_of_both_gateways_unless_told(taskmock):
    assert json.loads(taskmock("export", "openapi").stdout) == openapi_document("v2", gateways=("esb", "apigw"))


@pytest.mark.parametrize("gateway", [*GATEWAYS, ALL])
def test_openapi_describes_gateways(taskmock, gateway):
    ended = taskmock("export", "openapi", "--gateway", gateway)

    assert json.loads(ended.stdout) == openapi_document("v2", gateways=gateway_names(gateway))


def test_openapi_describes_the_admin_api_too_where_it_is_asked_to(taskmock):
    ended = taskmock("export", "openapi", "--with-admin", "--edition", "v1", "--gateway", "esb")

    assert json.loads(ended.stdout) == whole_document(BkSopsApi("esb"), "v1")
    assert {"name": "admin"}.items() <= json.loads(ended.stdout)["tags"][1].items()


@pytest.mark.parametrize("edition", [*EDITIONS, ALL])
def test_typescript_is_of_an_edition(taskmock, edition):
    ended = taskmock("export", "typescript", "--edition", edition)

    assert (ended.code, ended.stderr) == (0, b"")
    assert ended.text == typescript_module(edition)


@pytest.mark.parametrize("kind", ["openapi", "typescript"])
def test_output_goes_to_a_file_whose_folder_is_made(taskmock, tmp_path, kind):
    ended = taskmock("export", kind, "-o", "a/b/made")

    assert (ended.code, ended.stdout, ended.stderr) == (0, b"", b"")
    assert (tmp_path / "a" / "b" / "made").read_text(encoding="utf-8") == taskmock("export", kind).text


OLD = "format: 1\nscenario: old\nedition: v1\nflow: [A: 1s]\n"


@pytest.mark.parametrize(
    ("settings", "arguments", "variables"),
    [
        ("", (), {}),
        ('edition = "v1"', (), {}),
        ('edition = "v1"', ("--edition", "v2"), {}),
        ('edition = "v1"', (), {"TASKMOCK_EDITION": "v2"}),
        ('scenario-dir = ["."]\nscenario = "old"', (), {}),
        ('scenario-dir = ["."]\nscenario = "old"\nedition = "v2"', (), {}),
        ("", ("--scenario", "old.yaml"), {}),
        ("", ("--scenario", "expired"), {}),
    ],
)
def test_typescript_is_of_the_edition_that_a_server_plays_by_the_same_settings(
    taskmock, serve, tmp_path, settings, arguments, variables
):
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "taskmock.toml").write_text(settings, encoding="utf-8")

    with serve(*arguments, **variables) as server:
        asked = taskmock("export", "typescript", "--from", server.url)

    assert taskmock("export", "typescript", *arguments, **variables).text == typescript_module(server.edition)
    assert asked.text == typescript_module(server.edition)


def test_typescript_is_of_the_edition_of_a_session_that_is_asked(taskmock, serve):
    with serve("--edition", "v1") as server, serve() as other:
        session = f"{other.url}/__s/anna"
        send(other.url, "/__admin/use?session=anna&scenario=expired")

        asked = [taskmock("export", "typescript", "--from", url).text for url in (server.url, session, other.url + "/")]

    assert asked == [typescript_module(edition) for edition in ("v1", "v2", "doc-2019")]


def test_server_that_is_no_mock_is_told(taskmock, serve):
    with serve() as server:
        elsewhere = taskmock("export", "typescript", "--from", f"{server.url}/elsewhere")
    nowhere = taskmock("export", "typescript", "--from", "http://127.0.0.1:1")

    assert (elsewhere.code, elsewhere.stdout, nowhere.code, nowhere.stdout) == (2, b"", 2, b"")
    assert elsewhere.error.startswith(f"--from {server.url}/elsewhere: no mock answers there (HTTP Error ")
    assert nowhere.error.startswith("--from http://127.0.0.1:1: no mock answers there (")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("openapi", "--edition", "v9"),
            "Invalid value for '--edition': 'v9' is not one of 'doc-2019', 'v1', 'v2', 'v1@3.6.10', 'all'.",
        ),
        (
            ("openapi", "--gateway", "soap"),
            "Invalid value for '--gateway': 'soap' is not one of 'all', 'esb', 'esb-legacy', 'apigw'.",
        ),
        (("typescript", "-o", "."), "Invalid value for '-o' / '--output': File '.' is a directory."),
        (
            ("typescript", "--from", "http://127.0.0.1:1", "--edition", "v1"),
            "--edition and --from both say the edition",
        ),
        (
            ("typescript", "--from", "8070"),
            "--from 8070: no mock answers there (unknown url type: '8070/__admin/health')",
        ),
        (
            ("typescript", "--scenario", "no.yaml"),
            "no.yaml: the file cannot be read (No such file or directory); allowed: a scenario file",
        ),
        (("wsdl",), "No such command 'wsdl'."),
    ],
)
def test_wish_that_cannot_be_is_refused(taskmock, arguments, message):
    ended = taskmock("export", *arguments)

    assert (ended.code, ended.error.replace("\\", "/"), ended.stdout) == (2, message, b"")
