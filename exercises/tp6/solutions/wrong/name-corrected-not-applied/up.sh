#!/usr/bin/env bash
# Corrected the name of the database in the file, and did not run `up` again.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
sed -i 's/ mongodb:/ todos-mongo:/' compose.yaml
