#!/usr/bin/env bash
# Built without a name, and ran the image by its number.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
sed -i 's/Bonjour/Bonsoir/' app.py
docker run -d --name tp3-app -p 4003:8000 "$(docker build --quiet .)"
