#!/usr/bin/env bash
# The image has a program; another one is mounted over it.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -v "$PWD/app.py:/app/app.py" -p 4003:8000 tp3-app
