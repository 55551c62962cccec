#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A busy host's evidence for the bench of explain: a bundle whose mail log, deferrals and denials
have the sizes asked for, of the causes that tests/timeline/generate.py mixes.

usage: gen_explain.py [--seed N] [--lines N] [--deferrals N] [--denials N] OUT

Each deferral is of a message of its own, which waits in the queue: the worst case for memory. Same
seed, same bytes. Prints what was made.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "timeline"))

import generate  # noqa: E402

Timeline = generate.Timeline
DENIED = (Timeline.selinux_connect, Timeline.mailbox_selinux)
OTHER = tuple(maker for _, maker in Timeline.MIX
              if maker not in (*DENIED, Timeline.delivered, Timeline.forged_reply,
                               Timeline.firewall_prohibited6, Timeline.route_prohibit))


def run(timeline, lines, deferrals, denials):
    """Keep the three counts in proportion, line by line, until the log is long enough."""
    rng = timeline.rng
    while len(timeline.mail) < lines:
        done = len(timeline.mail) / lines
        if len(timeline.queue) >= deferrals * done:
            timeline.delivered()
        elif len(timeline.audit) / 2 < denials * done:
            rng.choice((*DENIED, Timeline.noise))(timeline)
        else:
            rng.choice(OTHER)(timeline)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--lines", type=int, default=1000000)
    parser.add_argument("--deferrals", type=int, default=100000)
    parser.add_argument("--denials", type=int, default=10000)
    parser.add_argument("out")
    args = parser.parse_args()
    timeline = Timeline(args.seed, 0, year_less=False)
    timeline.pace_s = 0.3
    run(timeline, args.lines, args.deferrals, args.denials)
    timeline.write(args.out)
    print(f"{len(timeline.mail)} log lines, {len(timeline.queue)} deferred messages, "
          f"{len(timeline.audit) // 2} denials")


if __name__ == "__main__":
    main()
