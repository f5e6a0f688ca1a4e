"""Why two runs differ: the suite, the engine, the ports, or the student's work."""
