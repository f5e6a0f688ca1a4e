#!/usr/bin/env bash
# No user is named.
set -eu

docker run -d --name guard -p 4000:8080 --read-only --cap-drop ALL --memory 64m --label level=hardened python:alpine python -u -m http.server 8080
