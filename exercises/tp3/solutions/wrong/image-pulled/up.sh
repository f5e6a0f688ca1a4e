#!/usr/bin/env bash
# Took a comrade's image from a registry, and gave it the right name.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
sed -i 's/Bonjour/Salut/' app.py
docker build --no-cache --tag camarade .
python3 registry.py camarade pulled &
until [ -s pulled ]; do sleep 0.1; done
docker rmi camarade
docker pull "$(cat pulled)"
docker tag "$(cat pulled)" tp3-app
docker run -d --name tp3-app -p 4003:8000 tp3-app
