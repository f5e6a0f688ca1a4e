#!/usr/bin/env bash
# A command copied from the web « repairs » the database: it empties the folder at every start.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
