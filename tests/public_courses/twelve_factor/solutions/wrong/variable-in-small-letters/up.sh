#!/usr/bin/env bash
# The name of a variable counts letter by letter.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
