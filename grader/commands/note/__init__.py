"""`grader note`."""
