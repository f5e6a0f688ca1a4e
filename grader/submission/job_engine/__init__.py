"""An engine of the job's own: rootless Podman or rootless Docker, started for one repository and gone after it."""
