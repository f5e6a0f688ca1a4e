#!/usr/bin/env bash
# Counted the one that was there: `--scale web=2`.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=2
