"""Benchmarks: each prints a table; nothing is asserted."""

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""Header and rows."""
