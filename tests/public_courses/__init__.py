"""Exercises that public courses give, in our own words, from docs/author.md alone: each README names its source."""
