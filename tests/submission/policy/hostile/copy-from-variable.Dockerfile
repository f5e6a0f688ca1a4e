# dockerfile-from: the image stands in a variable
FROM nginx
ARG K=evil.example/keys
COPY --from=${K} /keys /x
