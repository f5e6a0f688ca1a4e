#!/bin/bash
docker compose up -d --build --scale web=3
