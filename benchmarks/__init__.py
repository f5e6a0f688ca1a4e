"""Figures, measured on real engines and machines: `make bench` prints them, and writes `bench.json` and a page.

What is compared is taken in turn, in one run, and said as a ratio: a busy machine is slow for both sides.
"""
