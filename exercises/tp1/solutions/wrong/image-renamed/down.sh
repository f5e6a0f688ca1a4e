#!/usr/bin/env bash
# Gives the image `ubuntu` its name back.
set -eu

docker tag mon-ubuntu ubuntu
