#!/usr/bin/env bash
# The program was changed to listen on 8080.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
sed -i 's/("", 8000)/("", 8080)/' app.py
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
