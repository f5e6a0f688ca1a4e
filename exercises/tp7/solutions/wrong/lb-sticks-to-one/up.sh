#!/usr/bin/env bash
# `balance source` sends a visitor to the same replica every time.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i 's/balance roundrobin/balance source/' haproxy.cfg
docker compose up -d --build --scale web=3
