#!/usr/bin/env bash
# The program listens on 127.0.0.1 inside the container.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
sed -i 's/("", 8000)/("127.0.0.1", 8000)/' app.py
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
