#!/usr/bin/env bash
# The image is empty; the program was copied into the container.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker create --name tp3-app -p 4003:8000 tp3-app
docker cp app.py tp3-app:/app/app.py
docker start tp3-app
