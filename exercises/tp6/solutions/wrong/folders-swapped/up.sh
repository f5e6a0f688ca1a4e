#!/usr/bin/env bash
# Built the API from the page's folder, and the page from the API's.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
