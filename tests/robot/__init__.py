"""A robot that does only what the screen says: a hint is proven if it leads to full marks.

`python -m tests.robot tp2` tries it on an empty engine; `make bench-hints` tries every known-wrong solution, and writes
the section of docs/figures.md.
"""
