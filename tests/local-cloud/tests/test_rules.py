"""RULES.md names tests that exist, and every row names one or a reason."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMED = re.compile(r"`([\w./-]+\.(?:rs|py))::(\w+)`")


class Rules(unittest.TestCase):
    def rows(self):
        lines = (ROOT / "RULES.md").read_text(encoding="utf-8").splitlines()
        cells = [line.strip("|").split("|") for line in lines if line.startswith("|") and not line.startswith("|---")]
        return [(rule.strip(), tests.strip()) for rule, tests in cells if rule.strip() != "rule"]

    def test_every_row_has_a_test_or_a_reason(self):
        rows = self.rows()
        self.assertGreater(len(rows), 60)
        for rule, tests in rows:
            reason = re.fullmatch(r"not here: .{10,}", tests)
            self.assertTrue(reason or NAMED.search(tests), rule)

    def test_every_named_test_exists(self):
        for rule, tests in self.rows():
            for path, name in NAMED.findall(tests):
                with self.subTest(rule=rule, test=name):
                    definition = r"(?:#\[(?:tokio::)?test\]\s+(?:async )?fn|def) " + name + r"\("
                    self.assertRegex((ROOT / path).read_text(encoding="utf-8"), definition)
