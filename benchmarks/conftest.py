"""Nothing in here is a test of ours: `eight` is a suite for machines, and `stock` is run in a folder of its own."""

collect_ignore_glob = ["*"]
