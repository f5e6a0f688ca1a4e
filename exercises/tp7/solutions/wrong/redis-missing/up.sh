#!/usr/bin/env bash
# No redis: the replicas cannot count.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
