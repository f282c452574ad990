"""The one thing that these clients share, and do right: a call of the API over HTTP."""

import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

CREDENTIALS = {"bk_app_code": "app", "bk_app_secret": "secret", "bk_username": "robot", "bk_biz_id": "2"}


def ask(base, task_id, operation="get_task_status", **parameters):
    """The decoded answer; whatever goes wrong on the way is raised as it comes."""
    said = {**CREDENTIALS, "task_id": task_id, **parameters}
    url = f"{base}/api/c/compapi/v2/sops/{operation}/"
    if operation == "get_task_status":
        request = Request(f"{url}?{urlencode(said)}")
    else:
        request = Request(url, data=json.dumps(said).encode())
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)
