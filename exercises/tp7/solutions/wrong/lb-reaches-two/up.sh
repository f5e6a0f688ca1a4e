#!/usr/bin/env bash
# Wrote the replicas down by name, and one is missing.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i '/server-template/d' haproxy.cfg
for i in 1 2; do echo "    server web$i tp7-web-$i:8000 check resolvers docker init-addr none"; done >> haproxy.cfg
docker compose up -d --build --scale web=3
