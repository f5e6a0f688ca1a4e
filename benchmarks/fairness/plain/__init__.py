"""The same exercises checked as a school would write it with testinfra and requests, for comparison."""
