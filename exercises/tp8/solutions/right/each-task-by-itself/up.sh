#!/usr/bin/env bash
# Each task has a door of its own; Docker chooses the ports, as one number cannot serve three tasks of one machine.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 --publish mode=host,target=80 nginx
