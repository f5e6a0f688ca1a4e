#!/usr/bin/env bash
# Called the services `mongo`, `api` and `app`, and gave the names of the handout to the containers.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
