#!/usr/bin/env bash
# Three services, web1 to web3, instead of one service with three replicas.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i '/server-template/d' haproxy.cfg
for i in 1 2 3; do echo "    server web$i web$i:8000 check resolvers docker init-addr none"; done >> haproxy.cfg
docker compose up -d --build
