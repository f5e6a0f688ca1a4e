#!/usr/bin/env bash
# The port is not published.
set -eu

docker run -d --name guard --read-only --cap-drop ALL --user 65534 --memory 64m --label level=hardened python:alpine python -u -m http.server 8080
