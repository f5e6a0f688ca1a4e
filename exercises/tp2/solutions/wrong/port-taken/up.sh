#!/usr/bin/env bash
# Something else on the machine already listens on the port.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
python3 -m http.server 4000 &
until (exec 3<> /dev/tcp/127.0.0.1/4000) 2> /dev/null; do sleep 0.1; done
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html nginx || true
