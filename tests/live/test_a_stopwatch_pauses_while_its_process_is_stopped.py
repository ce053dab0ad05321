"""A command does not time out because its caller was stopped meanwhile; a command that really takes too long does."""

import subprocess
import threading
import time

import pytest

from harness.stopwatch import Stopwatch, pause, resume
from harness.workspace import finish


def test_a_stopwatch_pauses_while_its_process_is_stopped():
    watch = Stopwatch()
    pause()
    threading.Timer(2, resume).start()
    assert finish(["sh", "-c", "sleep 1.5; echo done"], 1).stdout == "done\n"
    time.sleep(0.7)
    assert watch.seconds() < 1
    with pytest.raises(subprocess.TimeoutExpired):
        finish(["sleep", "10"], 0.5)
