"""pytest collects nothing here: `eight` is a suite for machines, and `stock` runs in its own folder."""

collect_ignore_glob = ["*"]
