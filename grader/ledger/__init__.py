"""The append-only ledger of a results folder: a hash chain of signed entries, without personal data in the chain."""
