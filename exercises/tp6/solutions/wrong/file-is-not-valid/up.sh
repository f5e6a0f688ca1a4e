#!/usr/bin/env bash
# Touched the file again afterwards, and indented a key too little.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
sed -i 's/^    build: api/ build: api/' compose.yaml
