"""`python -m blogqueue` is the `blogqueue` command."""

from blogqueue.cli import main

main()
