"""`grader new`: a skeleton of an exercise that already rehearses green."""
