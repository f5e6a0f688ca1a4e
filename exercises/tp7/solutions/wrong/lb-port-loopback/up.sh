#!/usr/bin/env bash
# Published the balancer for this machine alone.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
