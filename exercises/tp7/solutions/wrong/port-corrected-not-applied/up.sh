#!/usr/bin/env bash
# Corrected the balancer's port in the file, and did not run `up` again.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
sed -i 's/8080:80/80:80/' compose.yaml
