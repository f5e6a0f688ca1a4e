#!/usr/bin/env bash
# One stage, on the big image: everything stays in it.
set -eu

cp "$MATERIAL"/*.py .
echo 'API_KEY=not-for-the-image' > .env
docker build --tag greeter .
docker run -d --name greeter greeter
