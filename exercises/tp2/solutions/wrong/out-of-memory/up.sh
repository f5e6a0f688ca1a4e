#!/usr/bin/env bash
# More memory than it is allowed: the kernel kills it.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html --memory 20m nginx bash -c 'a=xxxxxxxxxxxxxxxxxxxx; while :; do a=$a$a$a; done'
until [ "$(docker inspect --format "{{.State.Status}}" web)" = exited ]; do sleep 0.2; done
