"""The identity provider's own tests, which Node runs."""

import pathlib
import re
import subprocess
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class IdentityProvider(unittest.TestCase):
    def test_its_own_tests_pass(self):
        command = ["node", "--test", "test/"]
        run = subprocess.run(command, cwd=HERE.parent / "idp", capture_output=True, text=True, timeout=300)
        counts = dict(re.findall(r"^[#ℹ] (pass|fail|skipped|cancelled) (\d+)$", run.stdout, re.MULTILINE))
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual((counts["fail"], counts["skipped"], counts["cancelled"]), ("0", "0", "0"))
        self.assertGreaterEqual(int(counts["pass"]), 20)
