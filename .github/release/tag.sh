#!/usr/bin/env bash
# tag.sh VERSION IMAGE@DIGEST
# Tags a commit on top of HEAD in which action.yml pulls the released image, and prints it. No branch and no file in the
# work tree changes: main keeps `image: Dockerfile`, so that CI tests what is in the tree.
set -euo pipefail
version=$1 image=$2
fail() { echo "tag.sh: $*" >&2; exit 1; }

[[ $version =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "$version is not a version like v1.2.3"
[[ $image =~ ^[a-z0-9._:/-]+@sha256:[0-9a-f]{64}$ ]] || fail "$image is not an image with its digest"
git rev-parse --quiet --verify "refs/tags/$version" >/dev/null && fail "$version exists already"
[ "$(git show HEAD:action.yml | grep -cx '  image: Dockerfile')" = 1 ] || fail "action.yml does not build the Dockerfile"

blob=$(git show HEAD:action.yml | sed "s|^  image: Dockerfile\$|  image: docker://$image|" | git hash-object -w --stdin)
GIT_INDEX_FILE=$(mktemp -u)
export GIT_INDEX_FILE
trap 'rm -f "$GIT_INDEX_FILE"' EXIT
git read-tree HEAD
git update-index --cacheinfo "100644,$blob,action.yml"
commit=$(git commit-tree -p HEAD -m "Release $version" "$(git write-tree)")
git tag --annotate --message "$version" "$version" "$commit"
echo "$commit"
