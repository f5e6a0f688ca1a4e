"""Everything that was asked of a machine and answered; replayed without it."""
