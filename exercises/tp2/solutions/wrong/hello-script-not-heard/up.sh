#!/usr/bin/env bash
# A script of other words, run beside the container's own command: nothing shows what it said.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\nwho=world\necho hello $who\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run -dit --name hello -v ~/Docker/app1:/foo ubuntu bash
docker exec hello /foo/hello
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html nginx
