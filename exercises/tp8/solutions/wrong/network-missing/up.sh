#!/usr/bin/env bash
# Did without the network.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker service create --detach --name web --replicas 3 --publish "$PUBLISH" nginx:alpine
