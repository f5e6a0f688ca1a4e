#!/usr/bin/env bash
# No `networks` at all: everybody is on the project's default one.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
