#!/usr/bin/env bash
# The name of the service is misspelt.
set -eu

docker compose up -d
