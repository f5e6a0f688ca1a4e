#!/usr/bin/env bash
# Started the page and the database by name, not the API.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build todos-mongo todos-app
