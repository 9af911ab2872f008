#!/usr/bin/env python3
"""Posts a Markdown file as a comment of a pull or merge request, or brings the
comment up to date that an earlier run posted.

    comment.py FILE [--only-update]

The comment is known by the first line of the file, such as `<!-- nbweave -->`.
With --only-update nothing is posted where there is none yet: a request
without changed notebooks needs no comment, but one that had some does.

GitHub:  GITHUB_REPOSITORY, GITHUB_TOKEN, and GITHUB_EVENT_PATH or
         NBWEAVE_REQUEST, the number of the pull request
GitLab:  CI_PROJECT_ID, CI_MERGE_REQUEST_IID, and NBWEAVE_TOKEN, an access
         token with the scope `api`: a job's own token may not comment
"""

import argparse
import json
import os
import sys
import urllib.parse
import urllib.request

PER_PAGE = 100


class Forge:
    """Comments of one request, by the interface of GitHub or GitLab."""

    def __init__(self, comments, one, headers, update):
        self.comments = comments  # the address of all of them
        self.one = one  # of a single one, with `{id}`
        self.headers = headers
        self.update = update  # the method

    def call(self, method, address, body=None):
        data = None if body is None else json.dumps({"body": body}).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "nbweave", **self.headers}
        request = urllib.request.Request(address, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def find(self, marker):
        page = 1
        while True:
            found = self.call("GET", f"{self.comments}?per_page={PER_PAGE}&page={page}")
            for comment in found:
                if (comment.get("body") or "").split("\n", 1)[0].strip() == marker:
                    return comment["id"]
            if len(found) < PER_PAGE:
                return None
            page += 1


def github(env):
    number = env.get("NBWEAVE_REQUEST")
    if not number:
        with open(env["GITHUB_EVENT_PATH"], encoding="utf-8") as file:
            event = json.load(file)
        number = (event.get("pull_request") or {}).get("number")
    if not number:
        return None
    api = env.get("GITHUB_API_URL", "https://api.github.com")
    issues = f"{api}/repos/{env['GITHUB_REPOSITORY']}/issues"
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {env['GITHUB_TOKEN']}",
    }
    return Forge(f"{issues}/{int(number)}/comments", f"{issues}/comments/{{id}}", headers, "PATCH")


def gitlab(env):
    number = env.get("CI_MERGE_REQUEST_IID")
    if not number:
        return None
    project = urllib.parse.quote(env["CI_PROJECT_ID"], safe="")
    notes = f"{env['CI_API_V4_URL']}/projects/{project}/merge_requests/{int(number)}/notes"
    return Forge(notes, f"{notes}/{{id}}", {"PRIVATE-TOKEN": env["NBWEAVE_TOKEN"]}, "PUT")


def warn(what):
    print(f"comment.py: warning: {what}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file")
    parser.add_argument("--only-update", action="store_true")
    args = parser.parse_args()
    with open(args.file, encoding="utf-8") as file:
        body = file.read()
    marker = body.split("\n", 1)[0].strip()
    if not marker.startswith("<!--"):
        sys.exit(f"comment.py: the first line of {args.file} is no comment of HTML")
    try:
        forge = (gitlab if "GITLAB_CI" in os.environ else github)(os.environ)
    except KeyError as missing:
        # Requests from forks know no secrets of the project.
        warn(f"no comment is written, since {missing.args[0]} is not set")
        return
    if forge is None:
        print("comment.py: this is no pull or merge request, so there is nothing to comment on")
        return
    try:
        found = forge.find(marker)
        if found is not None:
            forge.call(forge.update, forge.one.format(id=found), body)
            print("comment.py: brought the comment up to date")
        elif args.only_update:
            print("comment.py: no comment yet, and none is needed")
        else:
            forge.call("POST", forge.comments, body)
            print("comment.py: posted a comment")
    except OSError as error:
        # Requests from forks run with a token that may only read. What is
        # checked matters more than a comment, whatever is wrong with it.
        warn(f"the comment could not be written ({error})")


if __name__ == "__main__":
    main()
