#!/usr/bin/env bash
# Published the page on 4003.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
