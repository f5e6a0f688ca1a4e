"""Transports that answer from the frozen files of a submission, inside the sandbox."""
