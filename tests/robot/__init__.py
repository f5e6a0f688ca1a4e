"""A robot that does only what the screen says: it proves that each hint leads to full marks."""
