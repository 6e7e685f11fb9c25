"""`blogqueue demo`: the whole product on one machine that has only Python."""

from blogqueue.demo.launch import run as run
