#!/usr/bin/env bash
# Gave the balancer no network: it is on the project's default one, alone.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
