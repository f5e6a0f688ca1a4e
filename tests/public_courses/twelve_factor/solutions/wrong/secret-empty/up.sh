#!/usr/bin/env bash
# The file of the secret is empty.
set -eu

:  > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
