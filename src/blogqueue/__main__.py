"""`python -m blogqueue` is the `blogqueue` command."""

from blogqueue.cli.commands import main

main()
