#!/usr/bin/env bash
# Deleted the file once everything ran.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
rm compose.yaml
