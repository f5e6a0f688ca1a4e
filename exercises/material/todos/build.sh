#!/bin/sh
# Builds the four images of the todos: v2 looks for the others by their names, v1 behind the ports of the machine.
set -eu
cd "$(dirname "$0")"
docker build --tag todos-api-v2 api
docker build --tag todos-app-v2 app
# The same programs, with another address.
docker build --tag todos-api-v1 --file - api <<'END'
FROM todos-api-v2
ENV MONGO=mydocker:4000
END
docker build --tag todos-app-v1 --file - app <<'END'
FROM todos-app-v2
ENV API_URL=mydocker:4001
END
