#!/usr/bin/env bash
# Three containers on the network, started by hand: nobody watches over them.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
for i in 1 2 3; do docker run -d --name "web$i" --network tp8-net nginx:alpine; done
