#!/usr/bin/env bash
# Without `./` in front, `db` is the name of a volume, not a folder.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
