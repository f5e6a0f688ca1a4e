#!/usr/bin/env bash
# Wrote two services and forgot the page.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
