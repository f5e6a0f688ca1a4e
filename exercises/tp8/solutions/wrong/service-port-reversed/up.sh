#!/usr/bin/env bash
# The service publishes its port itself, the wrong way round.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 --publish 80:4000 nginx
