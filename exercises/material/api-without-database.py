"""An API of the todos that does without its database, for wrong solutions of tp4, tp5 and tp6: it is not handed out."""

from flask import Flask, request
from flask.typing import ResponseReturnValue

app = Flask(__name__)
todos: dict[str, str] = {}


@app.get("/todos")
def every() -> ResponseReturnValue:
    return [{"id": number, "text": text} for number, text in todos.items()]


@app.post("/todos")
def add() -> ResponseReturnValue:
    todos[str(len(todos))] = request.get_json()["text"]
    return "", 201


@app.delete("/todos/<number>")
def remove(number: str) -> ResponseReturnValue:
    del todos[number]
    return "", 204
