"""Nothing here is a test of the grader: `eight` is a suite for machines, and `stock` runs in its own folder."""

collect_ignore_glob = ["*"]
