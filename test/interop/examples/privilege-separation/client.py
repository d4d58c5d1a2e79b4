"""The part without privileges: it gives away what it has, and asks the other part for what it may not do itself."""
import errno
import os
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

NOBODY = 65534

if os.getuid() == 0:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
print(f"root: {str(os.getuid() == 0).lower()}")

with pyro.Proxy(sys.argv[1]) as journal:
    try:
        open(journal.place()).close()
        print("the journal is open to all")
    except OSError as error:
        print(f"reading it ourselves: {errno.errorcode[error.errno]}")
    print(f"its lines: {journal.size()}")
    print(f"logins of ann: {journal.logins('ann')}")
    try:
        journal.lines()
    except AttributeError:
        print("what it says: not offered")
