#!/usr/bin/env bash
# Wrote the network with an underscore.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8_net
docker service create --detach --name web --replicas 3 --network tp8_net --publish "$PUBLISH" nginx:alpine
