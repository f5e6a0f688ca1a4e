#!/usr/bin/env bash
# One file says it all, and `docker compose` does the rest.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
