#!/usr/bin/env bash
# Every answer of the program is an error.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
sed -i 's/HTTPStatus\.[A-Z_]*/HTTPStatus.INTERNAL_SERVER_ERROR/' app.py
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
