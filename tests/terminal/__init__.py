"""What people see in a terminal, looked at in a real one."""
