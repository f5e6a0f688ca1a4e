"""The samples are data: pytest looks for no tests in them."""

collect_ignore = ["hostile", "honest", "mistaken"]
