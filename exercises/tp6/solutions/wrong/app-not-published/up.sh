#!/usr/bin/env bash
# `expose` for `ports`.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
