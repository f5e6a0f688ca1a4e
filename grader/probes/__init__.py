"""Asks a machine and returns facts; judges nothing. The same nouns as `checks`."""
