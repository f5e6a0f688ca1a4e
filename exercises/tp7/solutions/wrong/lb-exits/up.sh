#!/usr/bin/env bash
# A slip in haproxy.cfg: haproxy says so, and ends.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i 's/default_backend replicas/default_backend replica/' haproxy.cfg
docker compose up -d --build --scale web=3
