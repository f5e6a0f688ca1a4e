# dockerfile-unreadable: an instruction that no builder knows
FROM python:alpine
COPIER . /app
