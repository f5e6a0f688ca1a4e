#!/usr/bin/env bash
# Three containers attached to the network by hand instead of a service.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
for i in 1 2 3; do docker run -d --name web.$i --network tp8-net --network-alias tasks.web nginx; done
docker run -d --name porte --network tp8-net -p 4000:80 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
