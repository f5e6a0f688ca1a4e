#!/usr/bin/env bash
# Looks for the database on `localhost`, which is the API's own container.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
