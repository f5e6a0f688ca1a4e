#!/usr/bin/env bash
# Paused a replica while looking around, and forgot it.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
docker pause tp7-web-3
