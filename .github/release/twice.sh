#!/usr/bin/env bash
# twice.sh
# Builds the image twice without a cache, and fails if the two programs differ in a byte. Prints hash and size.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for i in 1 2; do
  docker build --quiet --no-cache --tag "errmon-twice:$i" . >/dev/null
  container=$(docker create "errmon-twice:$i")
  docker cp --quiet "$container:/errmon" "$folder/$i"
  docker rm "$container" >/dev/null
done
sha256sum "$folder"/* | cut -c 1-64
cmp "$folder/1" "$folder/2"
stat --format '%s bytes' "$folder/1"
