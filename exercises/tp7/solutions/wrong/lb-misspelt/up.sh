#!/usr/bin/env bash
# Called the balancer `lb1`.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
