#!/usr/bin/env bash
# Redis is on both networks: it can be reached from the front.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
