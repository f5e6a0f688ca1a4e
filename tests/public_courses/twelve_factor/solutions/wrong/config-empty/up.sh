#!/usr/bin/env bash
# The file of the configuration is empty.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
:  > app.conf
docker compose up -d
