"""A student's Docker host by the roles of an exercise, and the questions it can be asked."""
