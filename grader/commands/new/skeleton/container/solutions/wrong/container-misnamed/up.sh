#!/usr/bin/env bash
# A capital letter too many.
set -eu

docker run -d --name TPN-web nginx
