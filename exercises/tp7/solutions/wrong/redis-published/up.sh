#!/usr/bin/env bash
# Published redis, which nobody outside may reach.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
