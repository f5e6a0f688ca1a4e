#!/usr/bin/env bash
# Added three to the one that was there: `--scale web=4`.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=4
