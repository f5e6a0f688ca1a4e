"""A page that lists the todos and a form that adds one. It knows nothing of the database: it asks the API."""

import json
import os
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from flask import Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue

API_URL = os.environ["API_URL"]  # host:port

app = Flask(__name__)
# Docker hands the proxy of a school on to its containers, and a proxy does not know `todos-api`.
api = build_opener(ProxyHandler({}))


def ask(method: str, path: str = "", todo: dict[str, str] | None = None) -> list[dict[str, str]]:
    """The API's answer on `/todos` + path. OSError, HTTPException: no answer; ValueError: not the API's."""
    body = None if todo is None else json.dumps(todo).encode()
    asked = Request(f"http://{API_URL}/todos{path}", body, {"Content-Type": "application/json"}, method=method)
    with api.open(asked, timeout=10) as answer:
        said = answer.read()
    return json.loads(said) if method == "GET" else []


@app.get("/")
def page() -> ResponseReturnValue:
    return render_template("page.html", todos=ask("GET"))


@app.post("/")
def add() -> ResponseReturnValue:
    if text := request.form.get("text", "").strip():
        ask("POST", todo={"text": text})
    return redirect("/", 303)


@app.post("/delete/<todo>")
def remove(todo: str) -> ResponseReturnValue:
    ask("DELETE", f"/{quote(todo, safe='')}")
    return redirect("/", 303)


@app.errorhandler(HTTPError)
def api_refuses(error: HTTPError) -> ResponseReturnValue:
    said = error.read(1000).decode(errors="replace")
    return render_template("page.html", error=f"L’API {API_URL} répond {error.code} : {said}"), 502


@app.errorhandler(OSError)
@app.errorhandler(HTTPException)
def api_away(error: Exception) -> ResponseReturnValue:
    return render_template("page.html", error=f"L’API ne répond pas sur {API_URL} : {error}"), 502


@app.errorhandler(ValueError)
def not_the_api(_error: ValueError) -> ResponseReturnValue:
    return render_template("page.html", error=f"Ce qui répond sur {API_URL} n’est pas l’API des todos."), 502
