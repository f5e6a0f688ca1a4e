"""The marks of a course: which attempt counts, what late work costs, the mean of the exercises, and the skills."""
