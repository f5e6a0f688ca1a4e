#!/usr/bin/env bash
# A slip in web.py, and `restart: always`: the replicas start and die without end.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i 's/^import socket/imprt socket/' web/web.py
docker compose up -d --build --scale web=3
