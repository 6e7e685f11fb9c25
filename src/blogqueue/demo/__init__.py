"""`blogqueue demo`: the whole product on one machine, with nothing installed (DESIGN §9)."""

from blogqueue.demo.launch import run as run
