"""From what a run of pytest is asked for to its terms; every mistake in that is one clear line.

Only pytest is imported here; what an option needs is loaded where the option is given.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from taskmock.contracts.pytest_plugin import options as options
from taskmock.contracts.pytest_plugin.run import Acceptance, ReportFile, Run

if TYPE_CHECKING:
    from taskmock.contracts.pytest_plugin.samples import Samples
    from taskmock.contracts.validation.overlay import Overlay

DEFAULTS = ("auto", "documented")
CLOCK_RULES = ("auto", "on", "off")
OVERLAYS = (".json", ".toml")


def run_of(config: pytest.Config) -> Run:
    """The terms of a run.

    Raises:
        pytest.UsageError: An option names what there is not, with what there is.
    """
    edition = options.chosen(config, options.EDITION) or DEFAULTS[0]
    strictness = options.chosen(config, options.STRICTNESS) or DEFAULTS[1]
    overlay = _overlay(config, edition) if edition.lower().endswith(OVERLAYS) else None
    if (edition, strictness) != DEFAULTS:
        _check(config, edition if overlay is None else DEFAULTS[0], strictness)
    clock_rule = options.chosen(config, options.CLOCK_RULE) or CLOCK_RULES[0]
    if clock_rule not in CLOCK_RULES:
        raise options.refusal(config, options.CLOCK_RULE, f"{clock_rule!r} is none of {', '.join(CLOCK_RULES)}")
    every = options.is_chosen(config, options.ALL)
    return Run(edition, strictness, overlay, _acceptance(config), _report_files(config), clock_rule, every=every)


def is_suite_wanted(config: pytest.Config) -> bool:
    """Whether the shipped suite, or a part of it, is among what pytest is asked to run."""
    names = [argument.partition("::")[0] for argument in config.args] if config.getoption("pyargs") else []
    return any(name == options.SUITE or name.startswith(f"{options.SUITE}.") for name in names)


def samples_of(config: pytest.Config) -> Samples | None:
    """The recorded answers that a run judges; their folders are added to what pytest collects.

    Those of the ini file are, like pytest's own `testpaths`, where the command line names nothing to collect.

    Raises:
        pytest.UsageError: A folder is not there, or is empty.
    """
    folders = options.chosen_files(config, options.SAMPLES)
    if not folders:
        return None
    from taskmock.contracts.pytest_plugin.samples import Samples

    said = options.named(config, options.SAMPLES)
    samples = Samples({shown(config, folder): folder for folder in folders}, said_by=said)
    if options.on_command_line(config, options.SAMPLES) or config.args_source is not pytest.Config.ArgsSource.ARGS:
        samples.add_to(config.args, config.invocation_params.dir)
    return samples


def shown(config: pytest.Config, path: Path) -> str:
    """A path as people know it: from where they started pytest."""
    start = config.invocation_params.dir
    return str(path.relative_to(start) if path.is_relative_to(start) else path)


def _check(config: pytest.Config, edition: str, strictness: str) -> None:
    from taskmock.contracts.contract import Contract

    for option, terms in ((options.EDITION, (edition, "documented")), (options.STRICTNESS, ("auto", strictness))):
        try:
            Contract(terms[0], strictness=terms[1])
        except ValueError as error:
            raise options.refusal(config, option, error) from None


def _overlay(config: pytest.Config, name: str) -> Overlay:
    """The overlay in a file: one that the ini file names lies where that file does."""
    import dataclasses

    from taskmock.contracts.api.bk_sops.overlay_file import OverlayError, load_overlay

    start = config.invocation_params.dir
    if config.inipath is not None and not options.on_command_line(config, options.EDITION):
        start = config.inipath.parent
    try:
        return dataclasses.replace(load_overlay(start / name), source=name)
    except OverlayError as error:
        raise options.refusal(config, options.EDITION, error) from None


def _acceptance(config: pytest.Config) -> Acceptance | None:
    file, is_updated = options.chosen_file(config, options.BASELINE), options.is_chosen(config, options.UPDATE)
    if file is None:
        if is_updated:
            raise pytest.UsageError(f"{options.UPDATE.flag} needs {options.BASELINE.flag} FILE")
        return None
    from taskmock.contracts.clock import now
    from taskmock.contracts.findings.baseline_file import BaselineError, load_baseline

    name = shown(config, file)
    try:
        baseline = load_baseline(str(file), or_empty=is_updated, hint=f"{options.UPDATE.flag} writes it")
    except BaselineError as error:
        raise options.refusal(config, options.BASELINE, error) from None
    return Acceptance(file, name, baseline, now().date(), is_updated=is_updated)


def _report_files(config: pytest.Config) -> tuple[ReportFile, ...]:
    """The reports that a run writes."""
    paths = options.chosen_files(config, options.REPORT)
    form = options.chosen(config, options.REPORT_FORMAT)
    if form is not None and len(paths) != 1:
        raise pytest.UsageError(f"{options.named(config, options.REPORT_FORMAT)} needs one {options.REPORT.flag} FILE")
    return tuple(ReportFile(path, (name := shown(config, path)), _format(config, path, name, form)) for path in paths)


def _format(config: pytest.Config, path: Path, name: str, form: str | None) -> str:
    from taskmock.contracts.writers import ENDINGS, FORMATS, told_format
    from taskmock.schemas import chosen

    if path.is_dir():
        raise options.refusal(config, options.REPORT, f"{name} is a folder, not a file")
    if form is None:
        told = told_format(path.name)
        if told is None:
            known = ", ".join(ENDINGS)
            text = f"{name} tells no format; choose one of {known}, or a {options.REPORT_FORMAT.flag}"
            raise options.refusal(config, options.REPORT, text)
        return told
    try:
        return chosen("format", form, FORMATS)
    except ValueError as error:
        raise options.refusal(config, options.REPORT_FORMAT, error) from None
