#!/usr/bin/env bash
# Scaled the replicas and left the balancer out.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
