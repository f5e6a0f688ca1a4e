#!/usr/bin/env bash
# The project takes another name than `todos`.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
