#!/usr/bin/env bash
# Made the network, and forgot to put the service on it.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --replicas 3 --publish "$PUBLISH" nginx:alpine
