"""The rules of a course, from `course.toml`: deadlines, late work, and how marks are put together."""
