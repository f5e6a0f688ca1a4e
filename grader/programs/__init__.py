"""Runs programs within limits of time, memory and output."""
