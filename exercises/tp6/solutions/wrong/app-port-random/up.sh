#!/usr/bin/env bash
# Gave one number alone: Docker chooses the port of the machine.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
