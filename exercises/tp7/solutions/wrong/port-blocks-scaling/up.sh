#!/usr/bin/env bash
# Every replica wants port 8080 of the machine: only one gets it.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3 || true  # port is already allocated
