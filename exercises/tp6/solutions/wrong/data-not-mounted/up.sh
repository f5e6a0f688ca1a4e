#!/usr/bin/env bash
# No `volumes`: the data is in an anonymous volume of the image.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
