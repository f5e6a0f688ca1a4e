"""A pushed repository: cloned, read against the policy, brought up in a sandbox."""
