#!/usr/bin/env bash
# Published in UDP.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
