#!/usr/bin/env bash
# nginx as the balancer, and the number of replicas written in the file.
set -eu

cp -r "$MATERIAL/web" .
docker compose up -d --build
