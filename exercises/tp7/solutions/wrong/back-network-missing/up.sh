#!/usr/bin/env bash
# Called the network behind `cache`.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
