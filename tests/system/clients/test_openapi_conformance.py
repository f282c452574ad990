"""A mock answers as its own OpenAPI document says: thousands of calls, fit and unfit, drawn from it by Schemathesis.

Drawn are calls at the first of each gateway's paths; `make accept-openapi` takes them all, and draws more of each
operation (`OPENAPI_EXAMPLES`).

Checks that are left out, because what they want is not what the real system does:

- `negative_data_rejection`, `ignored_auth`: the ESB, and the system behind the API gateway, refuse with HTTP 200 and
  `result: false`; the API gateway refuses missing credentials with 400, not 401;
- `unsupported_method`: so does the ESB refuse a method;
- `positive_data_acceptance`, where a text is drawn for the header `X-Bkapi-Authorization`: most are no credentials;
  and at the admin API, whose sessions, tasks and scenario files have more rules than a schema can say.
"""

import json
import os
import re
import subprocess
from dataclasses import dataclass

import pytest

from support.programs import program
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

SHOWN = "X-Bkapi-Authorization: " + json.dumps({"bk_app_code": "a", "bk_app_secret": "b", "bk_username": "anna"})
EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "3"))
WHOLE = "OPENAPI_EXAMPLES" in os.environ
ESB, APIGW = (
    ("^/api/c/", r"^/(api/bk-sops/)?\{stage\}/")
    if WHOLE
    else ("^/api/c/compapi/v2/", r"^/api/bk-sops/\{stage\}/(?!system/)")
)
ADMIN = "^/__admin/"
ALL, DRAWN = "examples,coverage,fuzzing", "fuzzing"


@dataclass(frozen=True, kw_only=True)
class Run:
    """Who is asked, in which edition (None: scenarios say theirs), and how much: at least so many calls."""

    edition: str | None
    paths: str
    without: tuple[str, ...]
    phases: str = ALL
    examples: int = EXAMPLES  # of each operation
    least: int
    flags: tuple[str, ...] = ()


GATEWAY_LACKS = ("negative_data_rejection", "ignored_auth")
ESB_LACKS = (*GATEWAY_LACKS, "unsupported_method")
RUNS = {
    "esb": Run(edition="v2", paths=ESB, without=ESB_LACKS, least=2000, flags=("-H", SHOWN)),
    "esb-credentials-drawn": Run(edition="v1", paths=ESB, without=ESB_LACKS, phases=DRAWN, least=40),
    "apigw": Run(edition=None, paths=APIGW, without=GATEWAY_LACKS, least=700, flags=("-H", SHOWN)),
    "apigw-credentials-drawn": Run(
        edition="v2",
        paths=APIGW,
        without=(*GATEWAY_LACKS, "positive_data_acceptance"),
        phases=DRAWN,
        least=20,
    ),
    "admin": Run(
        edition=None,
        paths=ADMIN,
        without=("positive_data_acceptance",),
        least=600,
        flags=("--exclude-path", "/__admin/requests/wait"),
    ),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_mock_answers_as_its_document_says(run, tmp_path):
    st = program("st")

    with MockServer(settings=Settings(edition=run.edition)) as server:
        command = [
            *(st, "run", f"{server.url}/__admin/openapi.json", "--include-path-regex", run.paths),
            *("--exclude-checks", ",".join(run.without), "--phases", run.phases),
            *("--max-examples", str(run.examples), "--seed", "1", "--generation-database", "none"),
            *("--request-timeout", "60", "--warnings", "off", "--no-color", *run.flags),
        ]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)

    assert result.returncode == 0, result.stdout + result.stderr
    [(made, passed)] = re.findall(r"(\d+) generated, (\d+) passed", result.stdout)
    assert made == passed
    assert int(made) >= run.least, result.stdout
