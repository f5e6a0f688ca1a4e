#!/usr/bin/env bash
# No health check, no second try, and names looked up once: a dead replica keeps its share of the visits.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i '/server-template/d; /redispatch/d; s/retries 3/retries 0/' haproxy.cfg
for i in 1 2 3; do echo "    server web$i tp7-web-$i:8000"; done >> haproxy.cfg
docker compose up -d --build --scale web=3
