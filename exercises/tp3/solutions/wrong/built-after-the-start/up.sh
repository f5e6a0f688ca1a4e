#!/usr/bin/env bash
# Put `USER` in and built again, but the container still runs the image of before.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
sed -i 's/^CMD/USER nobody\n&/' Dockerfile
docker build --tag tp3-app .
