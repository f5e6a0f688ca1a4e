#!/usr/bin/env bash
# The replicas are in front only, and do not reach redis.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
