"""Benchmarks: each prints a table; nothing is asserted."""
