#!/usr/bin/env bash
# A slip in api.py, and `restart: always`: the API starts and dies without end.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
sed -i 's/^import os/imprt os/' api/api.py
docker compose up -d --build
