#!/usr/bin/env bash
# A page of one's own that keeps no log: its tasks are known by what they receive.
set -eu

cp "$MATERIAL/haproxy.cfg" .
echo 'server { listen 80; access_log off; location / { return 200 ok; } }' > quiet.conf
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker config create quiet quiet.conf
docker service create --detach --name web --network tp8-net --replicas 3 \
    --config source=quiet,target=/etc/nginx/conf.d/default.conf nginx
docker run -d --name porte --network tp8-net -p 4000:80 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
