#!/usr/bin/env bash
# One task first, then three; the network joined later.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web nginx
docker service update --detach --network-add tp8-net web
docker service scale --detach web=3
docker run -d --name porte --network tp8-net -p 4000:80 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
