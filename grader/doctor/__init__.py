"""`grader doctor`: what machine this is, whether it can be graded, and what is in the way."""
