#!/usr/bin/env bash
# Two networks, and the API is on the wrong side: nobody stands on both.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
