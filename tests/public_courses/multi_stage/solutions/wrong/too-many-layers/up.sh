#!/usr/bin/env bash
# A layer for each file.
set -eu

cp "$MATERIAL"/*.py .
echo 'API_KEY=not-for-the-image' > .env
docker build --tag greeter .
docker run -d --name greeter greeter
