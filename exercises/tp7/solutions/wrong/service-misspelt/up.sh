#!/usr/bin/env bash
# Called the service `webs`, so haproxy looks for `web` in vain.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale webs=3
