#!/usr/bin/env bash
# Published the page for this machine alone.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
