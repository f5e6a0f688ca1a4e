#!/usr/bin/env bash
# Changed the address in web.py: the replicas listen to themselves alone.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i 's/("", 8000)/("127.0.0.1", 8000)/' web/web.py
docker compose up -d --build --scale web=3
