"""Clones a repository as data."""
