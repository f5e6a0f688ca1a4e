#!/usr/bin/env bash
# One `server` line: haproxy keeps the first address that the name server gives.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i 's/server-template web 10/server web/' haproxy.cfg
docker compose up -d --build --scale web=3
