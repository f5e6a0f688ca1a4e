#!/usr/bin/env bash
# Created the containers and never started them.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up --no-start --build --scale web=3
