#!/usr/bin/env bash
# The secret is declared, and no service gets it.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
