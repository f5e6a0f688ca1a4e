#!/usr/bin/env bash
# nginx listens to itself alone.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 nginx \
    sh -c "echo 'server { listen 127.0.0.1:80; }' > /etc/nginx/conf.d/default.conf; exec nginx -g 'daemon off;'"
docker run -d --name porte --network tp8-net -p 4000:80 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
