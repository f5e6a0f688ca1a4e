#!/usr/bin/env bash
# nginx was told to listen on 127.0.0.1, inside.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
cat > ~/Docker/site.conf <<'END'
server { listen 127.0.0.1:80; root /usr/share/nginx/html; }
END
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html -v ~/Docker/site.conf:/etc/nginx/conf.d/default.conf nginx
