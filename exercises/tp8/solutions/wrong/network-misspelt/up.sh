#!/usr/bin/env bash
# Called the network `tp8_net`.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8_net
docker service create --detach --name web --network tp8_net --replicas 3 nginx
docker run -d --name porte --network tp8_net -p 4000:80 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
