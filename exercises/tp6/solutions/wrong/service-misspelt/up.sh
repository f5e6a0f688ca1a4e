#!/usr/bin/env bash
# Called the API `todo-api`, so the page does not find `todos-api`.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
