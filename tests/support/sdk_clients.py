"""The clients that a user of `bkapi-client-core` writes, one for each door, and the same calls by either."""

from typing import Any

from bkapi_client_core.apigateway import APIGatewayClient
from bkapi_client_core.esb import ESBClient, Operation, OperationGroup, bind_property

PATH = "/api/c/compapi{bk_api_ver}/sops/"
CREDENTIALS = {"bk_app_code": "esb_test", "bk_app_secret": "xxx", "bk_username": "admin"}
TASK = {"bk_biz_id": "2", "task_id": "10"}


def _esb(name: str, method: str = "POST") -> Operation:
    return bind_property(Operation, name=name, method=method, path=f"{PATH}{name}/")


def _gateway(name: str, ids: str, method: str = "POST") -> Operation:
    return bind_property(Operation, name=name, method=method, path=f"/{name}/{ids}/")


class Sops(OperationGroup):
    """Calls of Standard OPS at the ESB, the status once by each method."""

    get_task_status = _esb("get_task_status", "GET")
    post_task_status = _esb("get_task_status")
    create_task = _esb("create_task")
    start_task = _esb("start_task")
    operate_task = _esb("operate_task")
    operate_node = _esb("operate_node")
    create_and_start_task = _esb("create_and_start_task")
    get_template_list = _esb("get_template_list", "GET")
    get_template_info = _esb("get_template_info", "GET")
    get_user_project_list = _esb("get_user_project_list", "GET")


class Client(ESBClient):
    """Calls an ESB."""

    sops = bind_property(Sops, name="sops")


class GatewaySops(OperationGroup):
    """The same at the API gateway, where ids stand in the path; their order is each call's own."""

    get_task_status = _gateway("get_task_status", "{task_id}/{bk_biz_id}", "GET")
    create_task = _gateway("create_task", "{template_id}/{bk_biz_id}")
    start_task = _gateway("start_task", "{task_id}/{bk_biz_id}")
    operate_task = _gateway("operate_task", "{task_id}/{bk_biz_id}")
    operate_node = _gateway("operate_node", "{bk_biz_id}/{task_id}")
    create_and_start_task = _gateway("create_and_start_task", "{template_id}/{bk_biz_id}")
    get_template_list = _gateway("get_template_list", "{bk_biz_id}", "GET")
    get_template_info = _gateway("get_template_info", "{template_id}/{bk_biz_id}", "GET")
    get_user_project_list = bind_property(
        Operation, name="get_user_project_list", method="GET", path="/get_user_project_list/"
    )
    get_periodic_task_list = _gateway("get_periodic_task_list", "{bk_biz_id}", "GET")
    system_get_task_status = _gateway("system/get_task_status", "{task_id}/{bk_biz_id}", "GET")
    nowhere = _gateway("nowhere", "{task_id}", "GET")


class GatewayClient(APIGatewayClient):
    """Calls an API gateway."""

    _api_name = "bk-sops"

    sops = bind_property(GatewaySops, name="sops")


def esb_client(endpoint: str, *, version: str = "v2", **credentials: str) -> Client:
    """A client with the credentials of an app."""
    client = Client(endpoint=endpoint, bk_api_ver=version)
    client.update_bkapi_authorization(**(credentials or CREDENTIALS))
    return client


def gateway_client(endpoint: str, *, stage: str = "prod", **credentials: str) -> GatewayClient:
    """A client with the credentials of an app."""
    client = GatewayClient(endpoint=f"{endpoint}/api/{{api_name}}", stage=stage)
    client.update_bkapi_authorization(**(credentials or CREDENTIALS))
    return client


def by_esb(endpoint: str, call: str, *, credentials: dict[str, str], ids: dict[str, Any], **said: object) -> Any:
    """The body of an answer of the ESB: ids and parameters stand together."""
    return getattr(esb_client(endpoint, **credentials).sops, call)({**ids, **said})


def by_gateway(endpoint: str, call: str, *, credentials: dict[str, str], ids: dict[str, Any], **said: object) -> Any:
    """The body of an answer of the API gateway: ids stand in the path, parameters in query or body."""
    return getattr(gateway_client(endpoint, **credentials).sops, call)(data=said, path_params=ids)
