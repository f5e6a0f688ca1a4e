#!/usr/bin/env bash
# The folder that the engine made at the root of the disk.
rmdir /Docker/site /Docker
