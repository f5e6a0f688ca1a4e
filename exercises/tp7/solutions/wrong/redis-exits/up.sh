#!/usr/bin/env bash
# A slip in the options of redis: it says so, and ends.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
