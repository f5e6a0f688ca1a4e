#!/usr/bin/env bash
# Still looks for the database behind `mydocker`, as in TP4.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
