#!/usr/bin/env bash
# notes.sh VERSION IMAGE@DIGEST OWNER/REPO
# Prints the notes of a release: how to use and verify it, and the commits since the release before.
set -euo pipefail
version=$1 image=$2 repository=$3
previous=$(git tag --list 'v*.*.*' --sort=-version:refname | grep -A 1 -Fx "$version" | sed -n 2p)
cat <<EOT
Use it as \`$repository@$version\`, or pin the commit: \`$repository@$(git rev-parse "$version^{commit}") # $version\`.

The image is \`$image\`, for amd64 and arm64. To verify that this repository built it:

\`\`\`sh
gh attestation verify oci://$image --repo $repository
\`\`\`

## Changes${previous:+ since $previous}

$(git log --no-merges --format='- %s' ${previous:+"$previous^.."}"$version^")
EOT
