#!/usr/bin/env bash
# The ports are reversed.
set -eu

docker compose up -d
