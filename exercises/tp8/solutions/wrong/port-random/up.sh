#!/usr/bin/env bash
# Left the machine's port out: the swarm chooses one.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --replicas 3 --network tp8-net --publish 80 nginx:alpine
