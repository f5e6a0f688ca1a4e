"""What a student gets before an exercise, and what is taken away after it."""
