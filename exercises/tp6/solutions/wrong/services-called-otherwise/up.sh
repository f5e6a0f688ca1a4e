#!/usr/bin/env bash
# Called the services as one likes, and told each where the other is: it works, but under other names.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
