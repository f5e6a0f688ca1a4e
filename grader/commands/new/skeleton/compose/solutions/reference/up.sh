#!/usr/bin/env bash
# A right answer.
set -eu

docker compose up -d
