#!/usr/bin/env bash
# Gives the image `ubuntu` its name back.
set -eu

committed=$(docker image inspect --format '{{.Id}}' ubuntu)
docker rm --force tp1-ubuntu tp1-fond
docker tag "$(cat before)" ubuntu
docker rmi "$committed"
