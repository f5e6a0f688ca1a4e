#!/usr/bin/env bash
# `mode=host`: the port is the machine's, so that only one of the three tasks finds room.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 --publish mode=host,published=4000,target=80 nginx
