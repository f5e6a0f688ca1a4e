"""Benchmarks on real engines and machines: `make bench` prints the figures, and writes `bench.json` and a page.

Programs that are compared run alternately, and the figure is a ratio: a busy machine slows both down.
"""
