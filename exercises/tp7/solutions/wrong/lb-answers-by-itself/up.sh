#!/usr/bin/env bash
# An nginx with no configuration as balancer: it shows its own page.
set -eu

cp -r "$MATERIAL/web" .
docker compose up -d --build --scale web=3
