#!/usr/bin/env bash
# Called the networks `front-end` and `back-end`.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
