"""`bkapi-client-core` from PyPI, pointed at the mock's ESB, reads a status."""

import pytest
from bkapi_client_core.exceptions import HTTPResponseError

from support.sdk_clients import CREDENTIALS, TASK, esb_client
from taskmock.contracts import Contract
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.server.mock_server import MockServer


@pytest.fixture
def mock():
    with MockServer(clock=ManualClock()) as server:
        yield server


@pytest.mark.parametrize("prefix", ["", "/", "/__s/team-a", "/__s/team-a/"])
@pytest.mark.parametrize("version", ["v2", ""])
@pytest.mark.parametrize("method", ["get", "post"])
def test_sdk_reads_a_status(mock, prefix, version, method):
    client = esb_client(mock.url + prefix, version=version)

    body = getattr(client.sops, f"{method}_task_status")(TASK)

    assert Contract("doc-2019", strictness="strict").check_response(body).ok
    [entry] = mock.requests()
    assert (entry.method, entry.session) == (method.upper(), "team-a" if "team-a" in prefix else "default")


def test_sdk_reads_an_access_token_as_credentials(mock):
    client = esb_client(mock.url, access_token="token", **CREDENTIALS)

    assert client.sops.get_task_status(TASK)["result"] is True


def test_sdk_takes_numbers_and_flags(mock):
    parameters = {"bk_biz_id": 2, "task_id": 10, "with_ex_data": True}

    for call in (esb_client(mock.url).sops.get_task_status, esb_client(mock.url).sops.post_task_status):
        assert call(parameters)["result"] is True


def test_sdk_gets_a_refusal_as_a_body(mock):
    body = esb_client(mock.url, bk_app_code="esb_test").sops.get_task_status(TASK)

    assert (body["result"], body["code"]) == (False, 1306000)


def test_sdk_raises_at_an_unknown_path(mock):
    with pytest.raises(HTTPResponseError):
        esb_client(mock.url + "/nowhere").sops.get_task_status(TASK)
