"""An exercise by its name, and its spec (`exercise.toml`)."""
