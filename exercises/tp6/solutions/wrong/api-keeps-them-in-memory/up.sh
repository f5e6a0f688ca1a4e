#!/usr/bin/env bash
# An API that was made to work without its database: it answers, and forgets everything when it stops.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
cat > api/api.py << 'END'
from flask import Flask, request

app, todos = Flask(__name__), {}


@app.get("/todos")
def every():
    return [{"id": number, "text": text} for number, text in todos.items()]


@app.post("/todos")
def add():
    todos[str(len(todos))] = request.json["text"]
    return "", 201


@app.delete("/todos/<number>")
def remove(number):
    del todos[number]
    return "", 204
END
docker compose up -d --build
