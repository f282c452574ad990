"""The ESB client that a user of `bkapi-client-core` writes."""

from bkapi_client_core.esb import ESBClient, Operation, OperationGroup, bind_property

PATH = "/api/c/compapi{bk_api_ver}/sops/get_task_status/"
CREDENTIALS = {"bk_app_code": "esb_test", "bk_app_secret": "xxx", "bk_username": "admin"}
TASK = {"bk_biz_id": "2", "task_id": "10"}


class Sops(OperationGroup):
    """The calls of Standard OPS, the status once by each method."""

    get_task_status = bind_property(Operation, name="get_task_status", method="GET", path=PATH)
    post_task_status = bind_property(Operation, name="get_task_status", method="POST", path=PATH)


class Client(ESBClient):
    """Calls an ESB."""

    sops = bind_property(Sops, name="sops")


def esb_client(endpoint: str, *, version: str = "v2", **credentials: str) -> Client:
    """A client with the credentials of an app."""
    client = Client(endpoint=endpoint, bk_api_ver=version)
    client.update_bkapi_authorization(**(credentials or CREDENTIALS))
    return client
