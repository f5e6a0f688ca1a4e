#!/usr/bin/env bash
# Wrote the file, and built the images, but never ran `up`.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose build
