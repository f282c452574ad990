"""The options of `taskmock verify` that say whom to ask, for what and how."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import click
from click.core import ParameterSource

from taskmock.contracts.verify.wanted import GATEWAYS, Wanted


def verify_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options on whom and how to ask, and hands it what they say as one `wanted`."""

    @functools.wraps(command)
    def with_wanted(**options: object) -> None:
        asked = {field.name: options.pop(field.name) for field in dataclasses.fields(Wanted)}
        said = click.get_current_context().get_parameter_source("stage")
        if said is not ParameterSource.DEFAULT and asked["gateway"] != "apigw":
            raise click.UsageError("--stage needs --gateway apigw: no other door has stages.")
        command(wanted=Wanted(**asked), **options)  # type: ignore[arg-type] # click has checked them

    for option in reversed(OPTIONS):
        option(with_wanted)
    return with_wanted


OPTIONS = (
    click.option("--task-id", "task_ids", metavar="ID", multiple=True, help="A task to ask for; may be repeated."),
    click.option(
        "--bk-biz-id", metavar="ID", default="2", show_default=True, help="The business that the tasks are of."
    ),
    click.option(
        "--param",
        "parameters",
        metavar="NAME=VALUE",
        multiple=True,
        help="A further parameter, such as with_ex_data=true.",
    ),
    click.option(
        "--gateway", type=click.Choice(GATEWAYS), default="esb", show_default=True, help="The door by which one enters."
    ),
    click.option("--stage", metavar="NAME", default="prod", show_default=True, help="The stage of the API gateway."),
    click.option(
        "--credentials",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="Who calls: a JSON or TOML file in the place of the environment.",
    ),
    click.option(
        "--credentials-in",
        type=click.Choice(("header", "query")),
        help="Where the ESB finds them; else in the header, by the legacy one in the query.",
    ),
    click.option(
        "-H", "--header", "headers", metavar="NAME: VALUE", multiple=True, help="A further header; may be repeated."
    ),
    click.option(
        "--ca-file",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="Authorities to trust, in PEM, in the place of the system's.",
    ),
    click.option(
        "--client-cert",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="The client's certificate and key, in PEM.",
    ),
    click.option("--insecure", is_flag=True, help="Take any certificate for good."),
    click.option(
        "--timeout",
        metavar="SECONDS",
        type=click.FloatRange(0, min_open=True),
        default=35.0,
        show_default=True,
        help="How long a whole answer may take, from the first look-up of the name to the last byte.",
    ),
    click.option(
        "--polls",
        metavar="NUMBER",
        type=click.IntRange(1),
        help="How often each task is asked for; else once, or up to 500 times until its end.",
    ),
    click.option(
        "--interval",
        metavar="SECONDS",
        type=click.FloatRange(0),
        default=2.0,
        show_default=True,
        help="The time from one poll of a task to the next.",
    ),
    click.option("--until", type=click.Choice(("end",)), help="Stop when a task is FINISHED, REVOKED or EXPIRED."),
    click.option(
        "--rate",
        metavar="NUMBER",
        type=click.FloatRange(0, min_open=True),
        default=10.0,
        show_default=True,
        help="Most calls in a second, of all tasks together.",
    ),
    click.option(
        "--concurrency",
        metavar="NUMBER",
        type=click.IntRange(1, 100),
        default=4,
        show_default=True,
        help="How many tasks are asked for at once.",
    ),
    click.option(
        "--probes",
        is_flag=True,
        help="Make calls that ought to be refused, too: no parameter, an unknown task, wrong credentials.",
    ),
    click.option(
        "--operation",
        "operations",
        metavar="NAME",
        multiple=True,
        help="A further call that only reads, to be made for each task and judged; all for all. May be repeated.",
    ),
    click.option(
        "--drive",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="Make and start the task that a JSON or TOML file describes, and follow it to its end.",
    ),
    click.option("--allow-writes", "allows_writes", is_flag=True, help="Allow --drive to change something."),
)
