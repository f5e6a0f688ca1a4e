#!/usr/bin/env bash
# Forgot the file, and put it into a second container: that one has a layer of its own.
set -eu

docker run --name couches ubuntu bash -c 'echo bonjour >> /etc/issue'
docker run --name essai ubuntu bash -c 'echo ajout > /root/ajout.txt'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
