"""`python -m blogqueue` is the `blogqueue` command."""

from blogqueue.cli.start import main

main()
