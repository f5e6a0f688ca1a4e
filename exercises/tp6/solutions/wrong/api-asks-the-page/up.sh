#!/usr/bin/env bash
# Told the API to look for its database on the page.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
