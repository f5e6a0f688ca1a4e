"""The result of a grading (JSON) and every report that is made from it."""
