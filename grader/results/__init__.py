"""The results folder: the attempts of each student, the teacher's corrections, and what the ledger says of both."""
