#!/bin/sh
# Builds the four images of the todos: v1 looks for the others behind the ports of the machine, v2 by their names.
set -eu
cd "$(dirname "$0")"
docker build --tag todos-api-v1 --build-arg MONGO=mydocker:4000 api
docker build --tag todos-app-v1 --build-arg API_URL=mydocker:4001 app
docker build --tag todos-api-v2 api
docker build --tag todos-app-v2 app
