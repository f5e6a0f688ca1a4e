#!/usr/bin/env bash
# Each task has a door of its own, onto 8080, where nginx does not listen.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 --publish mode=host,target=8080 nginx
