#!/usr/bin/env bash
# All of it in a file, as a stack: its name stands before the others.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
if [ "$PUBLISH" != "mode=host,target=80" ]; then
    sed -i 's/mode: host/published: 4000/' compose.yaml
fi
docker stack deploy --compose-file compose.yaml tp8
