#!/usr/bin/env bash
# A page that keeps the todos itself, and asks no API: nobody else ever sees them.
set -eu

"$MATERIAL/todos/build.sh"
cp -r "$MATERIAL/todos/app" .
cat > app/app.py << 'END'
from flask import Flask, redirect, request

app, todos = Flask(__name__), []


@app.route("/", methods=["GET", "POST"])
def page():
    if request.method == "POST":
        todos.append(request.form["text"])
        return redirect("/", 303)
    return "<br>".join(todos)
END
docker build --tag todos-app-v2 app
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
