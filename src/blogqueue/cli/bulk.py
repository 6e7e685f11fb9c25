"""Retry or cancel all jobs that match a filter, as the dashboard does: shown first, then confirmed.

As in `cli.commands`, the function imports what it needs.
"""
# ruff: noqa: PLC0415 - see above

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from blogqueue.cli import output
from blogqueue.cli.database import OPERATOR, with_database
from blogqueue.states import OPEN_JOBS, JobState

if TYPE_CHECKING:
    from blogqueue.orders.bulk_actions import Preview, Result

STATES = {"retry": (JobState.FAILED,), "cancel": OPEN_JOBS}
"""The states that are meant if none is named."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options of a command say: texts of the dashboard's filter, "" for what does not narrow it."""

    queue: str
    state: str
    order: str
    error: str

    def is_empty(self) -> bool:
        """Return whether all jobs would be meant, which is never so."""
        return not (self.queue or self.state or self.order or self.error)


def act_on_matching(
    action: Literal["retry", "cancel"], wanted: Wanted, *, reason: str, yes: bool, as_json: bool
) -> None:
    """Show how many jobs match and what their orders cost, ask, and change these jobs and no others."""
    if wanted.is_empty():
        raise click.UsageError("Name the jobs, or choose them by --queue, --state, --order or --error.")
    from blogqueue.orders import bulk_actions

    preview = with_database(_freeze(action, wanted))
    sums = ", ".join(output.format_price(amount, currency) for currency, amount in preview.sums.items())
    first = preview.sample[0]
    print(f"{preview.number} jobs whose orders cost {sums}, such as {first['id']}", file=sys.stderr)
    print(first["last_error"], file=sys.stderr)
    output.confirm(f"{action.capitalize()} these {preview.number} jobs?", yes=yes)
    result = with_database(_carry_out(preview, reason))
    if as_json:
        view = {"bulkId": preview.id, "action": action, "done": result.done, "skipped": result.skipped}
        output.show_json(view | {"hasMore": preview.more})
        return
    print(f"{result.done} jobs {bulk_actions.DONE[result.action]}")
    if result.skipped:
        print(f"{result.skipped} were changed by somebody else meanwhile.", file=sys.stderr)
    if preview.more:
        print("There are more; run the command again.", file=sys.stderr)


async def _freeze(action: str, wanted: Wanted) -> "Preview":
    from blogqueue.orders import bulk_actions, job_filters

    states = [wanted.state] if wanted.state else [state.value for state in STATES[action]]
    filters = [
        await job_filters.make_filter(queue=wanted.queue, state=state, order=wanted.order, error=wanted.error)
        for state in states
    ]
    return await bulk_actions.preview_matching(bulk_actions.Action(action), *filters, actor=OPERATOR)


async def _carry_out(preview: "Preview", reason: str) -> "Result":
    from blogqueue.actors.messages import nudge
    from blogqueue.orders import bulk_actions

    result = await bulk_actions.carry_out(preview.id, actor=OPERATOR, number=preview.number, reason=reason)
    await nudge(result.outbox)
    return result
