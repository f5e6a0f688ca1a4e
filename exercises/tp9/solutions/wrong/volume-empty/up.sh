#!/usr/bin/env bash
# The volume hides the pages of the image, and nothing was written to it.
set -eu

mkdir -p ~/tp9
docker volume create tp9-site
docker run -d --name tp9-web -p 4000:80 --mount type=volume,source=tp9-site,target=/usr/share/nginx/html,volume-nocopy --restart unless-stopped --memory 128m --cpus 0.5 --health-cmd "bash -c ': < /dev/tcp/127.0.0.1/80'" --health-interval 1s nginx
docker run --name tp9-backup -v tp9-site:/data:ro -v ~/tp9:/backup ubuntu tar -cf /backup/site.tar -C /data .
docker run --rm -v tp9-restored:/data -v ~/tp9:/backup:ro ubuntu tar -xf /backup/site.tar -C /data
docker run -d --name tp9-copy -p 4001:80 -v tp9-restored:/usr/share/nginx/html nginx
