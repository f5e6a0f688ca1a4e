#!/usr/bin/env bash
# The balancer answers, but inside only.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
