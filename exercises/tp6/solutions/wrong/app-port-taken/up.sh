#!/usr/bin/env bash
# Another container still holds 4002, so Docker refuses to start the page.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker run -d --name ancien-site -p 4002:80 python:alpine python -m http.server 80
docker compose up -d --build todos-mongo todos-api
docker compose up -d --build || true  # port is already allocated
