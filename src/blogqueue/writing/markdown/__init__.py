"""Markdown as it is read, rendered and searched: blocks, links, words, and the exact characters of each."""
