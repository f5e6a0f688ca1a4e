#!/usr/bin/env bash
# `docker create` makes the container, and that is all.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker create --name tp3-app -p 4003:8000 tp3-app
