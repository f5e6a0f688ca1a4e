"""The todos, kept in MongoDB and served as JSON: GET /todos, POST /todos, DELETE /todos/<id>."""

import os
from typing import Any

from bson import ObjectId
from flask import Flask, request
from flask.typing import ResponseReturnValue
from pymongo import MongoClient
from pymongo.errors import PyMongoError

MONGO = os.environ["MONGO"]  # host:port

app = Flask(__name__)
# A student waits for the answer: two seconds of an absent database are enough to say so.
mongo: MongoClient[dict[str, Any]] = MongoClient(
    f"mongodb://{MONGO}/?directConnection=true", serverSelectionTimeoutMS=2000, socketTimeoutMS=2000
)
todos = mongo.todos.todos


@app.get("/todos")
def every() -> ResponseReturnValue:
    return [{"id": str(todo["_id"]), "text": todo["text"]} for todo in todos.find().sort("_id")]


@app.post("/todos")
def add() -> ResponseReturnValue:
    body = request.get_json(silent=True)
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip():
        return {"error": 'wanted a JSON body such as {"text": "buy bread"}'}, 400
    added = todos.insert_one({"text": text.strip()})
    return {"id": str(added.inserted_id), "text": text.strip()}, 201


@app.delete("/todos/<todo>")
def remove(todo: str) -> ResponseReturnValue:
    if ObjectId.is_valid(todo) and todos.delete_one({"_id": ObjectId(todo)}).deleted_count:
        return "", 204
    return {"error": f"there is no todo {todo}"}, 404


@app.errorhandler(PyMongoError)
def database_away(_error: PyMongoError) -> ResponseReturnValue:
    return {"error": f"the database does not answer on {MONGO}"}, 503
