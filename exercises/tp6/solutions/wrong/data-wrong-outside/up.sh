#!/usr/bin/env bash
# Mounted a folder beside the project instead of its own.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
