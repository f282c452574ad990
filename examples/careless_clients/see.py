"""Polls a task of a mock that runs with `--clock polls`, and prints each answer that is unlike the one before.

python see.py http://127.0.0.1:8070 SCENARIO [POLLS]
"""

import json
import sys
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from api import CREDENTIALS


def polls(base, scenario, count):
    query = urlencode({**CREDENTIALS, "task_id": "10"})
    url = f"{base}/__s/see-{scenario}/api/c/compapi/v2/sops/get_task_status/?{query}"
    for _ in range(count):
        try:
            with urlopen(Request(url, headers={"X-Mock-Scenario": scenario}), timeout=10) as answer:
                yield words(answer.read())
        except HTTPError as error:
            with error:
                yield f"HTTP {error.code}"
        except (OSError, HTTPException) as error:
            yield f"no answer: {type(error).__name__}"


def words(body):
    """The state of the task, or what is there in its place."""
    try:
        answer = json.loads(body)
        if answer["result"]:
            return answer["data"]["state"]
        return f"code {answer['code']}: {answer['message'].partition(chr(10))[0]}"
    except (ValueError, LookupError, TypeError):
        return body.decode()


def main(base, scenario, count="40"):
    shown = None
    for number, seen in enumerate(polls(base, scenario, int(count)), 1):
        if seen != shown:
            print(f"poll {number}: {seen}")
        shown = seen


if __name__ == "__main__":
    main(*sys.argv[1:])
