"""Every engine: each reached in every way, and each with every exercise (`make matrix`)."""
