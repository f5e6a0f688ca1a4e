#!/usr/bin/env bash
# The balancer is on `back-tier` with the replicas: it works, from the wrong side.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
