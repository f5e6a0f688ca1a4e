#!/usr/bin/env bash
# The two ports the wrong way round, with a range of one's own.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
docker run -d --name web -p 80:41200 -v ~/Docker/site:/usr/share/nginx/html nginx
