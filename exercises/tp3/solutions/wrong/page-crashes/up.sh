#!/usr/bin/env bash
# The program fails at its page `/`: it looks for a file that is not in the image.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
sed "s/text = .*/text = open('message.txt').read().encode()/" "$MATERIAL/app.py" > app.py
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
