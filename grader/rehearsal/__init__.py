"""An exercise graded against its own reference and its known-wrong solutions, on a real engine."""
