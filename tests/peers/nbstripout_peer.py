"""Runs nbstripout on one notebook: in this process, or as a program."""

import io
import logging
import os
import subprocess
import sys
import tempfile


class PeerFailed(Exception):
    """nbstripout ended with an error instead of a notebook."""


class InProcess:
    """nbstripout as it is installed for this Python: no process per notebook."""

    def __init__(self):
        from nbstripout import _nbstripout

        # nbformat logs what it finds invalid; that is not compared.
        logging.disable(logging.CRITICAL)
        self.program = _nbstripout
        self.program.check_output = _no_settings

    def strip(self, data, args):
        """Returns the stripped notebook."""
        stdin, stdout = _Bytes(data), _Bytes()
        streams = sys.argv, sys.stdin, sys.stdout, sys.stderr
        sys.argv = ["nbstripout", *args]
        sys.stdin = io.TextIOWrapper(stdin)
        sys.stdout = io.TextIOWrapper(stdout)
        sys.stderr = io.StringIO()
        try:
            self.program.main()
        except SystemExit as end:
            if end.code:
                raise PeerFailed(sys.stderr.getvalue().strip() or "no message") from end
        except Exception as error:
            raise PeerFailed(type(error).__name__) from error
        finally:
            sys.argv, sys.stdin, sys.stdout, sys.stderr = streams
        return stdout.getvalue()


class Program:
    """nbstripout as a program."""

    def __init__(self, path):
        self.path = path

    def strip(self, data, args):
        """Returns the stripped notebook."""
        # The settings of whoever runs this are not to be seen.
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        ended = subprocess.run(
            [self.path, *args],
            input=data,
            capture_output=True,
            # Nor the settings of a repository.
            cwd=tempfile.gettempdir(),
            env={**os.environ, **settings},
        )
        if ended.returncode != 0:
            # The last line of a traceback names the exception, and its module.
            last = (ended.stderr.decode(errors="replace").strip() or "no message").splitlines()[-1]
            raise PeerFailed(last.partition(":")[0].rpartition(".")[2])
        return ended.stdout


class _Bytes(io.BytesIO):
    """Bytes that can still be looked at when whoever wrapped them is gone."""

    def close(self):
        pass


def _no_settings(command, **_):
    # nbstripout asks git for keys that are set there; none are.
    raise subprocess.CalledProcessError(1, command)
