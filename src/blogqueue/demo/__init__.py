"""`blogqueue demo`: the whole product on one machine, with nothing installed (DESIGN §9)."""
