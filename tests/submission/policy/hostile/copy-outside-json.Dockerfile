# dockerfile-outside: the same, as a list
FROM nginx
COPY ["sub/../../secret", "/x"]
