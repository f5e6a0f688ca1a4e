#!/usr/bin/env bash
# Called the replicas `site`, the balancer `haproxy` and the database `db`: it works, but under other names.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i 's/web 10 web:/web 10 site:/' haproxy.cfg
sed -i 's/"redis"/"db"/' web/web.py
docker compose up -d --build --scale site=3
