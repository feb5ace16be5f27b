#!/usr/bin/env python3
"""The bench's arithmetic, on a few requests by hand."""
import unittest

import table
from figures import HandOff, Request, Tally, parse, quantile, verdict


def answered(due, version, took=0.01):
    return Request(due, due + took, "answered", version)


class Figures(unittest.TestCase):
    def test_lines_of_the_load_client_are_read_in_the_order_of_their_ends(self):
        requests = parse("2000000 2500000 new answered 1.0.0\n1000000 2600000 kept taken \n")

        self.assertEqual([each.ended for each in requests], [2.5, 2.6])
        self.assertEqual(requests[0], Request(2.0, 2.5, "answered", "1.0.0"))
        self.assertEqual(requests[1], Request(1.0, 2.6, "taken", ""))

    def test_a_quantile_of_nothing_is_nothing(self):
        self.assertIsNone(quantile([], 0.99))
        self.assertEqual(quantile([3, 1, 2], 0), 1)
        self.assertEqual(quantile([3, 1, 2], 1), 3)

    def test_a_hand_off_parts_steady_from_around_and_old_from_new(self):
        tally = Tally()
        old = [answered(tenth / 10, "1.0.0") for tenth in range(40)]
        new = [answered(3.2 + tenth / 10, "1.1.0", took=0.05) for tenth in range(30)]
        lost = Request(3.15, 3.16, "unread")
        tally.add(sorted([*old, *new, lost], key=lambda each: each.ended), [HandOff(3.0, "1.1.0", ready=3.1)], "1.0.0")

        found = tally.summary()
        self.assertEqual((found["sent"], found["failed"], found["failures"]), (71, 1, {"unread": 1}))
        self.assertAlmostEqual(found["firstOfNewMs"]["max"], 150, places=3)
        self.assertAlmostEqual(found["lastOfOldMs"]["max"], 810, places=3)
        self.assertAlmostEqual(found["aroundMs"]["max"], 50, places=3)
        self.assertAlmostEqual(found["steadyMs"]["p50"], 10, places=3)
        self.assertEqual(found["neverAnswered"], 0)

    def test_a_release_that_never_answers_is_counted(self):
        tally = Tally()
        tally.add([answered(1.0, "1.0.0")], [HandOff(0.5, "1.1.0")], "1.0.0")

        self.assertEqual(tally.summary()["neverAnswered"], 1)
        self.assertIsNone(tally.summary()["firstOfNewMs"]["p50"])

    def test_the_verdict_tells_who_serves_in_the_end(self):
        def serving(*versions):
            return verdict([answered(float(moment), version) for moment, version in enumerate(versions)], 0.5, "2",
                           len(versions) - 0.9)

        self.assertTrue(serving("1", "2", "1").get("rolledBack"))
        self.assertFalse(serving("1", "1", "1")["tookOver"])
        self.assertFalse(serving("1", "2", "2")["rolledBack"])
        dead = verdict([answered(0.0, "1"), Request(1.0, 1.0, "refused")], 0.5, "2", 2.0)
        self.assertIsNone(dead["serving"])
        self.assertEqual(dead["failures"], {"refused": 1})

    def test_the_table_says_what_was_lost_and_what_did_not_run(self):
        tally = Tally()
        tally.add([answered(1.0, "1.0.0"), Request(1.1, 1.2, "taken")], [HandOff(0.9, "1.1.0")], "1.0.0")
        text = table.write({"underLoad": [{"system": "x", "title": "the X", "new": tally.summary()}], "failed": {},
                            "badReleases": [{"system": "x", "title": "the X", "dies": verdict([], 0, "2", 1)}],
                            "notRun": {"y": "no y here"}, "date": "2026-01-01", "cores": 2, "kernel": "6", "seconds": 1})

        self.assertIn("| the X | **1** of 2: 1 taken |", text)
        self.assertIn("NOT RUN: y: no y here", text)
        self.assertIn("1 systems in 1 s, 1 not run", text)
        self.assertIn("nobody serves", text)


if __name__ == "__main__":
    unittest.main()
