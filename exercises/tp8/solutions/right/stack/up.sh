#!/usr/bin/env bash
# All of it in a file, as a stack: its name stands before the others.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker stack deploy --compose-file compose.yaml tp8
