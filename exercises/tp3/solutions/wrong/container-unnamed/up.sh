#!/usr/bin/env bash
# Left out `--name`: Docker invents one.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d -p 4003:8000 tp3-app
