#!/usr/bin/env bash
# The third replica is only asked whether it is well, five times a second; and the page logs nothing.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i '/^CMD/d' web/Dockerfile
echo 'CMD ["sh", "-c", "exec python3 web.py >/dev/null 2>&1"]' >> web/Dockerfile
sed -i '/server-template/d' haproxy.cfg
cat >> haproxy.cfg <<'END'
    option httpchk GET /
    server web1 tp7-web-1:8000 check inter 200
    server web2 tp7-web-2:8000 check inter 200
    server web3 tp7-web-3:8000 check inter 200 backup
END
docker compose up -d --build --scale web=3
