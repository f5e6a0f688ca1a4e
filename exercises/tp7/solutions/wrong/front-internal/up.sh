#!/usr/bin/env bash
# Cut the front network off from the machine, too: the port of the balancer leads nowhere.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
