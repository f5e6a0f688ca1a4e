"""`@check`, the ledger, verdicts and the mark."""
