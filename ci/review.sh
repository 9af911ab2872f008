#!/usr/bin/env bash
# What CI does for a request: checks notebooks, and writes what changed in them
# as Markdown for a comment and as a page.
#
#     review.sh [BASE [PATH…]]
#
# BASE is the commit that the request starts from. Where there is none, as for
# the first push of a branch, notebooks are only checked. Paths are checked and
# compared; without any, the whole repository is.
#
#   NBWEAVE_OUT      directory for comment.md and diff.html: nbweave-review
#   NBWEAVE_CHECK    options of `nbweave check`; `off` leaves it out
#   NBWEAVE_DIFF     more options of `nbweave diff`
#   NBWEAVE_COMMENT  `off` posts no comment
#
# Options are separated by blanks or line ends. The exit code is that of the check: 0, 1 if it
# found something, 129 if a notebook could not be read. A comment that could not
# be written is said and fails nothing.
set -euo pipefail

base=${1:-}
shift $(($# > 0))
here=$(cd "$(dirname "$0")" && pwd)
out=${NBWEAVE_OUT:-nbweave-review}
mkdir -p "$out"
# Of several lines, `read` would take the first.
given_diff=${NBWEAVE_DIFF:-}
given_diff=${given_diff//$'\n'/ }
given_check=${NBWEAVE_CHECK:-}
given_check=${given_check//$'\n'/ }

warn() {
  echo "review.sh: warning: $1" >&2
}

# Writes what changed since the base, and comments with it.
review() {
  local differs=0 range options update=()
  if git merge-base "$base" HEAD >/dev/null 2>&1; then
    range=("$base...HEAD")
  else
    range=("$base" HEAD)
  fi
  read -r -a options <<<"$given_diff"
  # Older shells take an empty array for one that is not set.
  options=(diff ${options[@]+"${options[@]}"})
  nbweave "${options[@]}" --format markdown --exit-code "${range[@]}" -- "$@" \
    >"$out/comment.md" || differs=$?
  [ "$differs" -le 1 ] || exit "$differs"
  nbweave "${options[@]}" --format html "${range[@]}" -- "$@" >"$out/diff.html"

  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    cat "$out/comment.md" >>"$GITHUB_STEP_SUMMARY"
  fi
  [ "${NBWEAVE_COMMENT:-on}" != off ] || return 0
  [ "$differs" = 1 ] || update=(--only-update)
  if command -v python3 >/dev/null; then
    python3 "$here/comment.py" "$out/comment.md" ${update[@]+"${update[@]}"}
  else
    warn 'there is no python3, so no comment is written'
  fi
}

# A shallow clone has only the commit it was made for. What was pushed over is
# nowhere any more, and a new branch comes from nowhere: from zeros.
if [ -z "${base//0/}" ]; then
  warn 'there is no commit to compare with'
elif git cat-file -e "$base^{commit}" 2>/dev/null ||
  git fetch --quiet --depth=1 origin "$base"; then
  review "$@"
else
  warn "there is no $base to compare with"
fi

if [ "${NBWEAVE_CHECK:-}" = off ]; then
  exit 0
fi
read -r -a options <<<"$given_check"
options=(check ${options[@]+"${options[@]}"})
if [ $# = 0 ]; then
  set -- .
fi
found=0
if [ -n "${GITHUB_ACTIONS:-}" ]; then
  nbweave "${options[@]}" --output-format github -- "$@" || found=$?
elif [ -n "${GITLAB_CI:-}" ]; then
  nbweave "${options[@]}" --output-format gitlab -o "$out/codequality.json" -- "$@" || found=$?
  [ "$found" = 0 ] || nbweave "${options[@]}" -- "$@" || true
else
  nbweave "${options[@]}" -- "$@" || found=$?
fi
exit "$found"
