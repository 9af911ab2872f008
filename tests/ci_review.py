#!/usr/bin/env python3
"""What `ci/review.sh` does in a pull or merge request, with a forge of our own.

    ci_review.py --nbweave PATH
"""

import argparse
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

REVIEW = pathlib.Path(__file__).resolve().parent.parent / "ci" / "review.sh"


def notebook(source, outputs=()):
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "first",
        "metadata": {},
        "outputs": list(outputs),
        "source": source,
    }
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, sort_keys=True) + "\n"


class Forge(http.server.BaseHTTPRequestHandler):
    """Enough of GitHub and GitLab to keep comments."""

    comments = []
    calls = []
    refuse = False

    def answer(self, value, code=200):
        data = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length))["body"] if length else None
        path, _, query = self.path.partition("?")
        Forge.calls.append((self.command, path))
        if self.command == "GET":
            page = int(dict(part.split("=") for part in query.split("&"))["page"])
            return self.answer(Forge.comments[(page - 1) * 100 : page * 100])
        if Forge.refuse:
            return self.answer({"message": "no"}, 403)
        if self.command == "POST":
            Forge.comments.append({"id": len(Forge.comments) + 1, "body": body})
            return self.answer(Forge.comments[-1], 201)
        Forge.comments[int(path.rsplit("/", 1)[1]) - 1]["body"] = body
        return self.answer({})

    do_GET = do_POST = do_PATCH = do_PUT = serve

    def log_message(self, *_):
        pass


class Project:
    def __init__(self, folder, nbweave, address):
        self.folder = pathlib.Path(folder)
        self.env = {
            "PATH": f"{nbweave.parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "ci" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        self.address = address
        self.git("init", "-q", "-b", "main", "project")
        self.folder /= "project"

    def git(self, *words):
        done = subprocess.run(["git", *words], cwd=self.folder, env=self.env, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def commit(self, **files):
        for name, text in files.items():
            (self.folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def review(self, base, **env):
        return subprocess.run(
            ["bash", REVIEW, *base.split()], cwd=self.folder, env={**self.env, **env}, capture_output=True, text=True
        )

    def github(self, number=7):
        event = self.folder.parent / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": number}} if number else {}))
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.address,
            "GITHUB_REPOSITORY": "team/project",
            "GITHUB_TOKEN": "secret",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_STEP_SUMMARY": str(self.folder.parent / "summary.md"),
        }

    def gitlab(self):
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.address,
            "CI_PROJECT_ID": "12",
            "CI_MERGE_REQUEST_IID": "3",
            "NBWEAVE_TOKEN": "secret",
        }


def expect(what, holds, done=None):
    if not holds:
        said = f"\n{done.stdout}{done.stderr}" if done else ""
        sys.exit(f"ci_review.py: {what}: {Forge.calls}{said}")


def reset(comments=()):
    Forge.comments[:] = [{"id": at + 1, "body": body} for at, body in enumerate(comments)]
    Forge.calls.clear()
    Forge.refuse = False


def check(project):
    output = {"name": "stdout", "output_type": "stream", "text": "hi\n"}
    start = project.commit(a=notebook("x = 1"))
    changed = project.commit(a=notebook("x = 2\nprint(x)"))

    reset(["<!-- other -->"] * 100)
    done = project.review(start, **project.github())
    expect("a clean request passes", done.returncode == 0, done)
    expect("a comment is posted behind a page of others", len(Forge.comments) == 101, done)
    body = Forge.comments[-1]["body"]
    expect("it says what changed", "+x = 2" in body and "a.ipynb" in body, done)
    summary = (project.folder.parent / "summary.md").read_text()
    expect("so does the summary of the job", "+x = 2" in summary, done)
    page = (project.folder / "nbweave-review" / "diff.html").read_text()
    expect("there is a page", page.startswith("<!DOCTYPE html>") or page.startswith("<!doctype html>"), done)
    expect("it was asked for as GitHub has it", ("POST", "/repos/team/project/issues/7/comments") in Forge.calls)

    project.commit(a=notebook("x = 3\nprint(x)", [output]))
    done = project.review(start, **project.github())
    expect("outputs are found", done.returncode == 1, done)
    expect("the annotation names the file", "::" in done.stdout and "file=a.ipynb" in done.stdout, done)
    expect("the comment is brought up to date", len(Forge.comments) == 101, done)
    expect("with the new text", "+x = 3" in Forge.comments[-1]["body"], done)

    reset()
    done = project.review("HEAD", **project.github())
    expect("nothing is posted if nothing changed", not Forge.comments, done)
    reset([body])
    done = project.review("HEAD", **project.github())
    expect("an old comment does not stay as it was", Forge.comments[0]["body"] != body, done)

    reset()
    Forge.refuse = True
    done = project.review(start, NBWEAVE_CHECK="off", **project.github())
    expect("a token that may not comment is no failure", done.returncode == 0, done)
    expect("but it is said", "could not be written" in done.stderr, done)
    reset()
    done = project.review(start, NBWEAVE_CHECK="off", **project.github(None))
    expect("a push has nothing to comment on", not Forge.calls and done.returncode == 0, done)

    for base in ("", "0" * 40, "1" * 40):
        reset()
        done = project.review(base, **project.github())
        expect("without a base there is no comment", not Forge.calls, done)
        expect("but it is said", "compare with" in done.stderr, done)
        expect("and notebooks are checked", done.returncode == 1 and "NB101" in done.stdout, done)

    reset()
    forked = project.gitlab()
    del forked["NBWEAVE_TOKEN"]
    done = project.review(start, NBWEAVE_CHECK="--ignore NB6\n--select NB5\n", **forked)
    expect("GitLab: a fork without a token is checked", done.returncode == 0, done)
    expect("GitLab: and told", "NBWEAVE_TOKEN is not set" in done.stderr, done)
    away = {**project.github(), "GITHUB_API_URL": "http://127.0.0.1:1"}
    done = project.review(start, NBWEAVE_CHECK="off", **away)
    expect("a forge that does not answer is no failure", done.returncode == 0, done)
    expect("but it is said", "could not be written" in done.stderr, done)

    reset()
    done = project.review(start, **project.gitlab())
    expect("GitLab: found", done.returncode == 1, done)
    expect("GitLab: a note", ("POST", "/projects/12/merge_requests/3/notes") in Forge.calls, done)
    report = json.loads((project.folder / "nbweave-review" / "codequality.json").read_text())
    expect("GitLab: the report has the finding", report[0]["location"]["path"] == "a.ipynb", done)
    project.review(start, **project.gitlab())
    expect("GitLab: brought up to date", ("PUT", "/projects/12/merge_requests/3/notes/1") in Forge.calls)

    reset()
    shallow = Project(project.folder.parent.parent / "shallow", project.nbweave, project.address)
    shallow.git("fetch", "-q", "--depth=1", f"file://{project.folder}", changed)
    shallow.git("checkout", "-q", "FETCH_HEAD")
    shallow.git("remote", "add", "origin", f"file://{project.folder}")
    project.git("config", "uploadpack.allowAnySHA1InWant", "true")
    done = shallow.review(start, NBWEAVE_CHECK="off", **shallow.github())
    expect("a shallow clone fetches what it lacks", "+x = 2" in Forge.comments[-1]["body"], done)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nbweave", required=True, type=pathlib.Path)
    args = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as folder:
        for name in ("one", "shallow"):
            pathlib.Path(folder, name).mkdir()
        project = Project(f"{folder}/one", args.nbweave.resolve(), address)
        project.nbweave = args.nbweave.resolve()
        check(project)
    print("ci/review.sh does what it says")


if __name__ == "__main__":
    main()
