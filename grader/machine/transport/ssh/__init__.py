"""A machine over SSH: its engine, sites and files, through one OpenSSH connection. POSIX only."""
