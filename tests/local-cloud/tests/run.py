"""Starts a local cloud, runs the tests of this folder against it, and checks how it ends."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "../../../target"))
PROGRAM = TARGET / "debug" / "local-cloud"


def start(state):
    log = open(os.path.join(state, "local-cloud.log"), "wb")
    child = subprocess.Popen([PROGRAM, "up", "--state", state], stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
    for line in child.stdout:
        if line.startswith(b"ready"):
            return child
    sys.exit("the local cloud ended before it was ready:\n" + pathlib.Path(log.name).read_text())


def main():
    with tempfile.TemporaryDirectory() as state:
        child = start(state)
        os.environ["LOCAL_CLOUD_STATE"] = state
        os.environ["LOCAL_CLOUD_PROGRAM"] = str(PROGRAM)
        names = sys.argv[1:]
        loader = unittest.TestLoader()
        tests = loader.loadTestsFromNames(names) if names else loader.discover(str(HERE), "test_*.py")
        result = unittest.TextTestRunner(verbosity=1).run(tests)
        child.terminate()
        code = child.wait(timeout=30)
        ended = code == 0 and not os.path.exists(os.path.join(state, "endpoints.json"))
    failed = len(result.failures) + len(result.errors)
    # That the cloud ends cleanly is one more thing to hold.
    unclean = 0 if ended else 1
    passed = result.testsRun + 1 - failed - len(result.skipped) - unclean
    print(f"local-cloud: {passed} passed, {failed + unclean} failed, {len(result.skipped)} skipped")
    sys.exit(0 if result.wasSuccessful() and ended else 1)


sys.path.insert(0, str(HERE))
main()
