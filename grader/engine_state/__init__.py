"""What is on an engine, before and after; taking it down."""
