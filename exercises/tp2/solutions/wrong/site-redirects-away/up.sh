#!/usr/bin/env bash
# The home page leads to an address that is not on the published port.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
mkdir ~/Docker/site/accueil
mv ~/Docker/site/index.html ~/Docker/site/accueil/
cat > ~/Docker/site.conf <<'END'
server { listen 80; root /usr/share/nginx/html; location = / { return 301 /accueil/; } }
END
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html -v ~/Docker/site.conf:/etc/nginx/conf.d/default.conf nginx
