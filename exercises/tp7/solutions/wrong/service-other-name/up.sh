#!/usr/bin/env bash
# Called the service `site`, so haproxy looks for `web` in vain.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale site=3
