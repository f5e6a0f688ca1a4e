#!/usr/bin/env bash
# Deleted the sources and the image once everything ran: nobody could bring it up again.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
rm -r api
docker image rm --force todos-todos-api
