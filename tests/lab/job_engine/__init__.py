"""Every solution as a pushed repository, on an engine of the job's own (`python -m tests.lab.job_engine`)."""
