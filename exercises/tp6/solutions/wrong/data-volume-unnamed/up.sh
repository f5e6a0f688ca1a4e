#!/usr/bin/env bash
# Wrote the path inside alone: the data is in a volume without a name, though the file does say so.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
