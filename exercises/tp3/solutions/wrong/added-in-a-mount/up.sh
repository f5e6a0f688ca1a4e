#!/usr/bin/env bash
# Mounted a folder on /root: the file went to the machine, not to the container's layer.
set -eu

mkdir -p ~/Docker/tp3
docker run -v ~/Docker/tp3:/root --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
