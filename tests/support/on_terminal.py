"""Runs a command on a terminal of its own: on_terminal.py COLUMNS COMMAND ARGS... Its output goes to stdout, its exit code is ours."""
import fcntl
import os
import struct
import subprocess
import sys
import termios

ours, theirs = os.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
child = subprocess.Popen(sys.argv[2:], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
os.close(theirs)
while True:
    try:
        data = os.read(ours, 65536)
    except OSError:  # EIO: nobody has the other end any more.
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
sys.exit(child.wait())
