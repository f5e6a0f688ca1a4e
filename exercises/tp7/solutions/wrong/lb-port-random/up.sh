#!/usr/bin/env bash
# Left the machine's port out: Docker chooses one.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
