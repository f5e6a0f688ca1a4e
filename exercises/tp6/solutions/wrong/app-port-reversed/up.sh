#!/usr/bin/env bash
# Wrote the ports of the page the wrong way round.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
