#!/usr/bin/env bash
# Changed two services in the file and did not run `up` again.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
sed -i 's/4002:7777/4003:7777/; s/mvertes.alpine-mongo/mongo/' compose.yaml
