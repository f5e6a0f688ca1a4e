#!/usr/bin/env bash
# Single quotes: it is no list, and a shell is given the whole line.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
