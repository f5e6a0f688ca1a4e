#!/usr/bin/env bash
# Stopped after the network.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
