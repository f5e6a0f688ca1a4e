#!/usr/bin/env bash
# The secret is in a variable as well.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
