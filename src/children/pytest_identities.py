"""Tells node id and outcome of every test to an inherited socket, one line of JSON each.

Loaded with ``-p pytest_identities`` and ``PYTHONPATH`` set to this folder. Code under test shares this process: what
it can find in it, it can forge. Nothing is left where it need not be.
"""

import fcntl
import json
import os
import sys

import pytest

CHANNEL = 4


def _open_channel():
    """The writer of the channel, or None where there is none: in a worker of xdist, or when the report is a file."""
    if "PROOFGATE_REPORT_FILE" in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
        return None
    channel = fcntl.fcntl(CHANNEL, fcntl.F_DUPFD_CLOEXEC, CHANNEL + 1)
    os.close(CHANNEL)
    write, dumps = os.write, json.dumps

    def say(identity, outcome):
        rest = (dumps({"id": identity, "outcome": outcome}) + "\n").encode()
        while rest:
            rest = rest[write(channel, rest) :]

    return say


def _forget_own_folder():
    """Neither the code under test nor a program that it starts finds this folder on its path."""
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != own]
    os.environ.pop("PYTHONPATH", None)


class Identities:
    def __init__(self, say):
        self._say = say
        self._outcomes = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        """A test is over with its teardown; the worst of its phases counts."""
        worst = max(self._outcomes.get(report.nodeid, "passed"), _outcome_of(report), key=_SEVERITY.index)
        self._outcomes[report.nodeid] = worst
        if report.when == "teardown":
            self._say(report.nodeid, self._outcomes.pop(report.nodeid))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report):
        """A file that cannot be collected is a test that failed, by the name of the file."""
        if report.outcome != "passed":
            self._say(report.nodeid or "collection", _outcome_of(report))


_SEVERITY = ("passed", "skipped", "expected_failure", "failed")


def _outcome_of(report):
    if report.outcome in ("passed", "skipped") and hasattr(report, "wasxfail"):
        return "expected_failure"
    return report.outcome if report.outcome in _SEVERITY else "failed"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """``python -P`` keeps the workspace off the path until everything of the runner is loaded; here is where it joins."""
    here = os.path.realpath(os.getcwd())
    if early_config.inipath and os.path.commonpath([here, os.path.realpath(early_config.inipath)]) != here:
        raise pytest.UsageError(f"configuration from outside of the tree: {early_config.inipath}")
    sys.path.insert(0, here)


def pytest_configure(config):
    if _say:
        config.pluginmanager.register(Identities(_say))


_say = _open_channel()
_forget_own_folder()
