#!/usr/bin/env bash
# Published the balancer on 8080.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
