"""The namespaces in which the programs and scripts of a submission run."""
