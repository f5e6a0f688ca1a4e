#!/usr/bin/env bash
# An API that was made to work without its database: it answers, and forgets everything when it stops.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
cp "$MATERIAL/../../material/api-without-database.py" api/api.py
docker compose up -d --build
