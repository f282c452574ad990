"""`taskmock export`: every option, every error, and output that any terminal or file can hold."""

import json

import pytest

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
def test_output_goes_to_a_file(taskmock, tmp_path, kind):
    ended = taskmock("export", kind, "-o", "made")

    assert (ended.code, ended.stdout, ended.stderr) == (0, b"", b"")
    assert (tmp_path / "made").read_text(encoding="utf-8") == taskmock("export", kind).text


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
        (("typescript", "-o", "nowhere/x.ts"), "cannot write nowhere/x.ts: No such file or directory"),
        (("wsdl",), "No such command 'wsdl'."),
    ],
)
def test_wish_that_cannot_be_is_refused(taskmock, arguments, message):
    ended = taskmock("export", *arguments)

    assert (ended.code, ended.error.replace("\\", "/"), ended.stdout) == (2, message, b"")
