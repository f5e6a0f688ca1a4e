#!/usr/bin/env bash
# No limit.
set -eu

docker run -d --name guard -p 4000:8080 --read-only --cap-drop ALL --user 65534 --label level=hardened python:alpine python -u -m http.server 8080
