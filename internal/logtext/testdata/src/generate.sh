#!/bin/sh
# Runs the loggers beside it and stores what they print as ../NAME.log, from
# which "go test -update" makes the goldens. Needs Node 20 with "npm install"
# done in node/, and Go 1.26; run by hand, since the tests need neither.
set -u
src=$(cd "$(dirname "$0")" && pwd)
out=$(dirname "$src")
app=${APP:-/app}/loggers # where a container would hold the program
mkdir -p "$app"
cp -r "$src"/. "$app"

cd "$app/node" || exit 1
for name in $(sed -n 's/^  \([a-z_]*\)() {$/\1/p' loggers.js); do
	node loggers.js "$name" 2>&1 | sed -E 's/"hostname":"[^"]*"/"hostname":"web-1"/' >"$out/$name.log"
done

cd "$app/go" || exit 1
go build -o loggers .
for name in $(sed -n 's/^	"\([a-z_]*\)":.*/\1/p' main.go); do
	./loggers "$name" >"$out/$name.log" 2>&1
done
