#!/usr/bin/env bash
# Nothing keeps the secret file out.
set -eu

cp "$MATERIAL"/*.py .
echo 'API_KEY=not-for-the-image' > .env
docker build --tag greeter .
docker run -d --name greeter greeter
