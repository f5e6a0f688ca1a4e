#!/usr/bin/env bash
# `network_mode: bridge` puts the database on Docker's default bridge.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
