#!/usr/bin/env bash
# Compose instead of a service: its containers are on the network, outside the swarm.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker compose up -d --scale web=3
docker run -d --name porte --network tp8-net -p 4000:80 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
