#!/usr/bin/env bash
# Called the database `mongodb`, which the API does not look for.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
