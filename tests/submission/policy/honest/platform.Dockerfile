# From a Mac
FROM --platform=linux/amd64 python:3.12-alpine
SHELL ["/bin/sh", "-c"]
COPY --chmod=755 --link app.py /app.py
CMD python /app.py
