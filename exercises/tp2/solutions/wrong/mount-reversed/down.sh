# Takes away the folder that the engine made, unless there is something in it.
rmdir /usr/share/nginx/html /usr/share/nginx 2> /dev/null || true
