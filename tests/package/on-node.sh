#!/usr/bin/env bash
# Runs both examples through the command line on another version of Node (its binary comes from the npm package `node`).
set -eu
version=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && echo '{ "private": true }' >package.json && npm install --no-audit --no-fund --foreground-scripts "node@$version" >/dev/null)
node=$(find "$folder/node_modules" -path '*bin/node' -type f | head -n 1)
"$node" --version | grep "^v$version\."
"$node" dist/runner/cli/main.js check ./examples/custom-env.ts#Corridor
"$node" dist/runner/cli/main.js train dqn ./examples/custom-env.ts#Corridor --steps 1500 --out "$folder/env" --set film.maxSteps=20 --quiet
"$node" dist/runner/cli/main.js train --agent ./examples/custom-agent.ts#HillClimbing --env CartPole-v1 --steps 2000 --out "$folder/agent" --set film.maxSteps=20 --quiet
