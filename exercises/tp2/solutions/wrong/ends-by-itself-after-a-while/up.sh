#!/usr/bin/env bash
# Its command ends by itself, without an error, after more than ten seconds.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html nginx sleep 11
until [ "$(docker inspect --format "{{.State.Status}}" web)" = exited ]; do sleep 0.2; done
