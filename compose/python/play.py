"""Runs visit.py; with nobody at the keyboard, types the words of the file named by VISITS.

The words are typed into a terminal made for the purpose: it echoes them as any terminal does, so the
log shows what a person would have seen.
"""

import os
import pty
import sys

import yaml

QUESTION_ENDS = b"(or empty): "


def main():
    if sys.stdin.isatty():
        os.execlp("python3", "python3", "visit.py")
    with open(os.environ["VISITS"]) as file:
        visits = yaml.safe_load(file)
    visitors = [visit["visitor"] for visit in visits]
    words = [visit.get(key) or "" for visit in visits for key in ("store", "take")]

    pid, terminal = pty.fork()
    if pid == 0:
        os.execlp("python3", "python3", "visit.py", *visitors)
    type_words(terminal, words)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def type_words(terminal, words):
    """Copies what the terminal shows to stdout, and answers each question with the next word."""
    shown = b""
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # Linux reports the end of a terminal as EIO
            return
        if not chunk:
            return
        sys.stdout.buffer.write(chunk.replace(b"\r\n", b"\n"))
        sys.stdout.buffer.flush()
        shown += chunk
        if shown.endswith(QUESTION_ENDS) and words:
            shown = b""
            os.write(terminal, words.pop(0).encode() + b"\n")


sys.exit(main())
