# labels of one's own, with a variable in a value, and one about Docker that is not Docker's
FROM python:alpine
ARG VERSION=1
LABEL org.opencontainers.image.version="$VERSION" note="see com docker" maintainer='e2301234'
LABEL description a page of $VERSION
CMD ["python3"]
