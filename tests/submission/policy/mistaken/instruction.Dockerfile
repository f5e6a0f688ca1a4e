# dockerfile-unreadable: FORM for FROM
FORM python:alpine
