#!/usr/bin/env bash
# Published port 80 onto 8080, where haproxy does not listen.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
