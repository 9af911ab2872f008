#!/usr/bin/env bash
# What CI does for a request: checks notebooks, and writes what changed in them
# as Markdown for a comment and as a page.
#
#     review.sh BASE [PATH…]
#
# BASE is the commit that the request starts from. Paths are checked and
# compared; without any, the whole repository is.
#
#   NBWEAVE_OUT      directory for comment.md and diff.html: nbweave-review
#   NBWEAVE_CHECK    options of `nbweave check`; `off` leaves it out
#   NBWEAVE_DIFF     more options of `nbweave diff`
#   NBWEAVE_COMMENT  `off` posts no comment
#
# The exit code is that of the check: 0, or 1 if it found something.
set -euo pipefail

base=${1:?the commit that the request starts from}
shift
here=$(cd "$(dirname "$0")" && pwd)
out=${NBWEAVE_OUT:-nbweave-review}
mkdir -p "$out"

# A shallow clone has only the commit it was made for.
if ! git cat-file -e "$base^{commit}" 2>/dev/null; then
  git fetch --quiet --depth=1 origin "$base"
fi
if git merge-base "$base" HEAD >/dev/null 2>&1; then
  range=("$base...HEAD")
else
  range=("$base" HEAD)
fi

read -r -a options <<<"${NBWEAVE_DIFF:-}"
differs=0
nbweave diff "${options[@]}" --format markdown --exit-code "${range[@]}" -- "$@" \
  >"$out/comment.md" || differs=$?
[ "$differs" -le 1 ] || exit "$differs"
nbweave diff "${options[@]}" --format html "${range[@]}" -- "$@" >"$out/diff.html"

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$out/comment.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ "${NBWEAVE_COMMENT:-on}" != off ]; then
  update=()
  [ "$differs" = 1 ] || update=(--only-update)
  python3 "$here/comment.py" "$out/comment.md" "${update[@]}"
fi

case ${NBWEAVE_CHECK:-} in
off) exit 0 ;;
esac
read -r -a options <<<"${NBWEAVE_CHECK:-}"
if [ $# = 0 ]; then
  set -- .
fi
found=0
if [ -n "${GITHUB_ACTIONS:-}" ]; then
  nbweave check "${options[@]}" --output-format github -- "$@" || found=$?
elif [ -n "${GITLAB_CI:-}" ]; then
  nbweave check "${options[@]}" --output-format gitlab -- "$@" >"$out/codequality.json" || found=$?
  [ "$found" = 0 ] || nbweave check "${options[@]}" -- "$@" || true
else
  nbweave check "${options[@]}" -- "$@" || found=$?
fi
exit "$found"
