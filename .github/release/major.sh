#!/usr/bin/env bash
# major.sh VERSION
# Moves the tag of the major version, such as v1, to a release, and prints it. A release that is not the newest of its
# major version moves nothing.
set -euo pipefail
version=$1 major=${1%%.*}
newest=$(git tag --list "$major.*" --sort=-version:refname | head -n 1)
[ "$newest" = "$version" ] || { echo "major.sh: $newest is newer than $version: $major stays" >&2; exit 0; }
git tag --force "$major" "$version^{commit}" >/dev/null
echo "$major"
