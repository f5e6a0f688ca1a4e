#!/usr/bin/env bash
# The whole folder of the first stage is copied to the second.
set -eu

cp "$MATERIAL"/*.py .
echo 'API_KEY=not-for-the-image' > .env
docker build --tag greeter .
docker run -d --name greeter greeter
