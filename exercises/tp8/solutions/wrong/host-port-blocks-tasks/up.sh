#!/usr/bin/env bash
# Published in the mode `host`, with a number: only one task gets it.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --replicas 3 --network tp8-net --publish mode=host,published=4000,target=80 nginx:alpine
