#!/usr/bin/env bash
# Something else on the machine already listens on the port.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
python3 -m http.server 4003 &
until (exec 3<> /dev/tcp/127.0.0.1/4003) 2> /dev/null; do sleep 0.1; done
docker run -d --name tp3-app -p 4003:8000 tp3-app || true
