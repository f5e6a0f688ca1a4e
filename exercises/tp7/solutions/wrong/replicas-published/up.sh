#!/usr/bin/env bash
# Gave the replicas a range of ports: they can be reached past the balancer.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
