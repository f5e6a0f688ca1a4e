#!/usr/bin/env bash
# One capability is given back.
set -eu

docker run -d --name guard -p 4000:8080 --read-only --cap-drop ALL --user 65534 --memory 64m --label level=hardened --cap-add NET_ADMIN python:alpine python -u -m http.server 8080
