"""A pushed repository: found, read against the policy, brought up, graded, taken down. Data until shown otherwise."""
