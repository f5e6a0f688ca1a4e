#!/usr/bin/env bash
# Removed the file that was to be changed.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; rm /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
