"""The start of the `blogqueue` command."""

import os
import sys

HELP = {"-h", "--help"}


def main() -> None:
    """Run the command of `sys.argv`; on a terminal its help is in colour (rich-click).

    rich-click takes longer to import than all else that a command without a database needs, so only help gets it.
    """
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR") and (len(sys.argv) == 1 or HELP & set(sys.argv)):
        from rich_click.patch import patch  # noqa: PLC0415 - see above

        patch()  # before the commands are made
    from blogqueue.cli.commands import main as run  # noqa: PLC0415 - see above

    run(prog_name="blogqueue")
