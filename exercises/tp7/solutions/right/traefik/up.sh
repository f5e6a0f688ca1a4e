#!/usr/bin/env bash
# traefik as the balancer: it asks the engine itself, by its socket, and finds the replicas by their labels.
set -eu

cp -r "$MATERIAL/web" .
docker compose up -d --build --scale web=3
