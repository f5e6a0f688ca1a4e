#!/usr/bin/env bash
# Publishes the database too, as in TP4.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
