"""What people type: one folder per command, named as it is typed. No command imports another."""
