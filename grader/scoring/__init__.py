"""`@check`, the scorecard, verdicts and the mark."""
