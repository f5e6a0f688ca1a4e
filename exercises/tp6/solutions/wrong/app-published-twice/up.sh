#!/usr/bin/env bash
# Published the page on two ports: nothing but 4002 is to be open.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
