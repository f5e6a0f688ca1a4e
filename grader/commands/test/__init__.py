"""`pytest exercises/tp2`: the hooks and the live table."""
