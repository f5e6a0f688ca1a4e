#!/usr/bin/env bash
# Put redis on the default network too, to look at it from a container of one's own.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
