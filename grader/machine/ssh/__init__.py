"""A machine over SSH: its engine, its sites and its files, all through one connection of OpenSSH's. For POSIX."""
