#!/usr/bin/env bash
# Wrote three replicas instead of two into the file, and did not run `up` again.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build
sed -i 's/replicas: 2/replicas: 3/' compose.yaml
