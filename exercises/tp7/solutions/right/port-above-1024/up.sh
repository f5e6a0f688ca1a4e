#!/usr/bin/env bash
# On ports of one's own choice: a rootless engine may not publish 80.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
