# With a user of its own
FROM python:alpine
LABEL maintainer="Élève <eleve@example.org>"
RUN adduser -D appuser && \
    pip install --no-cache-dir flask \
    # le serveur
    && mkdir /data
COPY --chown=appuser:appuser . /app
USER appuser
WORKDIR /app
ENV PORT=8000 \
    DEBUG=false
HEALTHCHECK --interval=30s --timeout=3s CMD wget -qO- http://localhost:8000 || exit 1
ENTRYPOINT ["python"]
CMD ["app.py"]
