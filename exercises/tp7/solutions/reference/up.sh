#!/usr/bin/env bash
# Three replicas of one service, and haproxy in front, which asks Docker's name server where they are.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
