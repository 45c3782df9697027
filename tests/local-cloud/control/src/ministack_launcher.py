"""Runs ministack until standard input closes, then ends its whole process group.

Lines on standard input are the milliseconds by which its clock is ahead of the machine's. Everything in it that
asks `time.time`, and through a file the Node processes of its functions, goes by that clock.
"""

import os
import signal
import sys
import threading
import time

_machine = time.time
_ahead = 0.0


def _now():
    return _machine() + _ahead


time.time = _now


def follow():
    global _ahead
    for line in sys.stdin.buffer:
        milliseconds = int(line)
        _ahead = milliseconds / 1000
        path = os.environ["LOCAL_CLOUD_CLOCK"]
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(str(milliseconds))
        os.replace(path + ".new", path)
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=follow, daemon=True).start()
sys.argv = ["ministack"]

from ministack.services import eventbridge, scheduler  # noqa: E402  (the clock must be set first)

# A schedule is looked at this often, in seconds: nobody waits ten of them after moving the clock.
eventbridge._SCHEDULER_TICK_INTERVAL = 0.5
scheduler._SCHEDULE_TICK_INTERVAL = 0.5

from ministack.app import main  # noqa: E402

main()
