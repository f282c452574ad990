"""The ready-made jobs are what the services and pre-commit take, and their commands do what they are there for."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from support.source_tree import ROOT
from taskmock.mockserver import MockServer, Settings
from taskmock.schemas import load_example

CI = ROOT / "examples" / "ci"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
INSTALL = 'python -m pip install "$TASKMOCK" pytest'
ALWAYS = "success() || failure()"

needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="the jobs' commands are written for bash")


def load(path):
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("check_jsonschema", "--builtin-schema", "vendor.github-workflows", CI / "github-workflow.yml"),
        ("check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", CI / "gitlab-ci.yml"),
        ("pre_commit", "validate-config", CI / "pre-commit-config.yaml"),
        ("pre_commit", "validate-manifest", HOOKS),
    ],
    ids=["github", "gitlab", "pre-commit-config", "pre-commit-hooks"],
)
def test_file_is_what_its_reader_takes(arguments):
    command = [sys.executable, "-m", *map(str, arguments)]

    result = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")

    assert result.returncode == 0, result.stdout + result.stderr


@dataclass(frozen=True, slots=True)
class Job:
    """The commands of a job, each with whether it runs after a failure too, and the files that it keeps."""

    commands: tuple[tuple[str, bool], ...]
    kept: tuple[str, ...]


def gitlab_job(name):
    document = load(CI / "gitlab-ci.yml")
    shared = document[document[name]["extends"]]
    artifacts = shared["artifacts"]
    assert shared["before_script"] == [INSTALL]
    assert artifacts["when"] == "always"
    kept = [*artifacts["paths"], *artifacts["reports"].values()]
    return Job(tuple((line, False) for line in document[name]["script"]), tuple(kept))


def github_job(name):
    steps = load(CI / "github-workflow.yml")["jobs"][name]["steps"]
    runs = [(step["run"], step.get("if") == ALWAYS) for step in steps if "run" in step]
    [upload] = [step for step in steps if step.get("uses", "").startswith("actions/upload-artifact@")]
    assert runs[0] == (INSTALL, False)
    assert upload["if"] == ALWAYS
    return Job(tuple(runs[1:]), (upload["with"]["path"], "reports/junit.xml"))


JOBS = {"gitlab": gitlab_job, "github": github_job}


@pytest.fixture
def project(tmp_path):
    """A repository with a recorded answer, in which polls do not wait for each other."""
    (tmp_path / "pytest.ini").write_text("[pytest]\ntaskmock_interval = 0\n", encoding="utf-8")
    answers = tmp_path / "answers"
    answers.mkdir()
    (answers / "failed.json").write_text(json.dumps(load_example("v2", "response")), encoding="utf-8")
    return tmp_path


@pytest.fixture
def work(project):
    """Does a job in the repository as a runner does; gives its exit code and what it printed."""

    def done(job, url=""):
        own = {"SOPS_URL": url, "SOPS_TASK_ID": "10", "SOPS_BK_BIZ_ID": "2", "GITHUB_STEP_SUMMARY": "summary"}
        strange = ("PYTEST", "COV", "TASKMOCK", "PYTHON")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
        path = os.pathsep.join([str(Path(sys.executable).parent), inherited["PATH"]])
        code, printed = 0, ""
        for command, is_always in job.commands:
            if code and not is_always:
                continue
            result = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", command],
                cwd=project,
                env=inherited | own | {"PATH": path},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
            code, printed = code or result.returncode, printed + result.stdout
        missing = [name for name in job.kept if not (project / name).exists()]
        assert missing == [], printed
        return code, printed

    return done


def verdicts(project):
    """The outcome of each test case, by its name."""
    cases = ET.parse(project / "reports" / "junit.xml").iter("testcase")
    return {case.get("name"): case.find("failure") is None for case in cases}


@needs_bash
@pytest.mark.parametrize("service", JOBS)
def test_job_judges_recorded_answers(service, project, work):
    code, printed = work(JOBS[service]("recorded-answers"))

    assert code == 0, printed
    assert verdicts(project) == {"answer": True}


@needs_bash
@pytest.mark.parametrize("service", JOBS)
def test_job_fails_by_a_broken_answer_and_shows_it(service, project, work):
    file = project / "answers" / "failed.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"retry": 0', '"retry": -1', 1), encoding="utf-8")

    code, printed = work(JOBS[service]("recorded-answers"))

    assert code == 1, printed
    assert verdicts(project) == {"answer": False}
    if service == "gitlab":
        [issue] = json.loads((project / "reports" / "quality.gitlab.json").read_text(encoding="utf-8"))
        assert (issue["check_name"], issue["location"]["path"]) == ("field.range", "answers/failed.json")
    else:
        assert "\n::error file=answers/failed.json,title=field.range::" in printed
        assert "**FAIL**" in (project / "summary").read_text(encoding="utf-8")


@needs_bash
@pytest.mark.parametrize("service", JOBS)
def test_job_checks_a_deployment(service, project, work):
    with MockServer(settings=Settings(edition="v2", clock="instant")) as server:
        code, printed = work(JOBS[service]("deployment"), server.url)

    assert code == 0, printed
    assert verdicts(project)["test_the_task_is_shown[10]"]


@needs_bash
@pytest.mark.parametrize("service", JOBS)
def test_job_fails_by_a_broken_deployment(service, project, work):
    with MockServer("unknown-state", settings=Settings(clock="polls")) as server:
        code, printed = work(JOBS[service]("deployment"), server.url)

    assert code == 1, printed
    broken = [name for name, passed in verdicts(project).items() if not passed]
    assert broken == ["test_every_state_is_known_and_in_its_place[10]"]


@pytest.mark.parametrize(("value", "code"), [(0, 0), (-1, 1)])
def test_hook_judges_the_files_that_it_is_for(project, value, code):
    [hook] = load(HOOKS)
    [used] = load(CI / "pre-commit-config.yaml")["repos"][0]["hooks"]
    file = project / "answers" / "failed.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"retry": 0', f'"retry": {value}', 1), encoding="utf-8")
    program, *entry = shlex.split(hook["entry"])
    command = shutil.which(program, path=str(Path(sys.executable).parent))

    result = subprocess.run([command, *entry, *used["args"], "answers/failed.json"], cwd=project, capture_output=True)

    assert (used["id"], hook["types"]) == (hook["id"], ["json"])
    assert all(re.search(pattern, "answers/failed.json") for pattern in (hook["files"], used["files"]))
    assert result.returncode == code, result.stdout


def test_jobs_name_no_host_but_an_example():
    texts = [path.read_text(encoding="utf-8") for path in (*CI.glob("*.y*ml"), HOOKS)]

    assert {host for text in texts for host in re.findall(r"https?://([^/\s]+)", text)} == {"git.example.com"}
