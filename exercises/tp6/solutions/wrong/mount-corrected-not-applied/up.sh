#!/usr/bin/env bash
# Wrote the folder in place of a volume into the file, and did not run `up` again.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
cp corrected.yaml compose.yaml
