#!/usr/bin/env bash
# The program, `EXPOSE` and `-p` all have the port of the machine.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
sed "s/8000/4003/" "$MATERIAL/app.py" > app.py
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:4003 tp3-app
