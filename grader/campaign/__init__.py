"""One exercise graded for a whole roster: a process a machine, a parent that holds the deadlines and the books."""
