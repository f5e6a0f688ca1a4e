#!/usr/bin/env bash
# Another value of the label.
set -eu

docker run -d --name guard -p 4000:8080 --read-only --cap-drop ALL --user 65534 --memory 64m --label level=low python:alpine python -u -m http.server 8080
