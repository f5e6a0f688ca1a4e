#!/usr/bin/env bash
# The Dockerfile does not copy the program: it was put into a container, and that was committed.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker create --name essai tp3-app
docker cp app.py essai:/app/
docker commit essai tp3-app
docker rm essai
docker run -d --name tp3-app -p 4003:8000 tp3-app
