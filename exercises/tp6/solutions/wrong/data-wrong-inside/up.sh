#!/usr/bin/env bash
# Mounted the folder on `/data`: the image keeps its own volume on `/data/db`.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
