# syntax=docker/dockerfile:1
# Two stages, and a file from a well-known image
ARG PYTHON_VERSION=3.13
FROM python:${PYTHON_VERSION}-alpine AS build
WORKDIR /src
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=requirements.txt,target=requirements.txt \
    python -m pip install --prefix=/install -r requirements.txt

FROM python:${PYTHON_VERSION}-alpine
COPY --from=build /install /usr/local
COPY --from=0 /src /src
COPY --from=nginx:latest /etc/nginx/nginx.conf /nginx.conf
CMD ["python", "/src/app.py"]
