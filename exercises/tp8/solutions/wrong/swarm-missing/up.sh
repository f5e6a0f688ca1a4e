#!/usr/bin/env bash
# No swarm: three containers by hand, on a bridge network.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker network create tp8-net
for i in 1 2 3; do docker run -d --name web$i --network tp8-net --network-alias web --network-alias tasks.web nginx; done
docker run -d --name porte --network tp8-net -p 4000:80 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
