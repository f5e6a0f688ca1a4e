#!/usr/bin/env bash
# Made a network with the driver of a swarm.
set -eu

docker swarm init --advertise-addr 127.0.0.1
cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
