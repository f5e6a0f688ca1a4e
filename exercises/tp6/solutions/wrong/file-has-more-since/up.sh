#!/usr/bin/env bash
# Added a restart policy to the file and did not run `up` again.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
sed -i 's/^    build: api/&\n    restart: always/' compose.yaml
