#!/usr/bin/env bash
# Added a tool of their own beside the three, and published it: nothing but the page is to be open.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
