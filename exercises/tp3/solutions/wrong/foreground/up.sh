#!/usr/bin/env bash
# Left out `-d`, then gave the terminal back with Ctrl-C.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
timeout --signal INT 6 docker run --name tp3-app -p 4003:8000 tp3-app || true  # Ctrl-C
