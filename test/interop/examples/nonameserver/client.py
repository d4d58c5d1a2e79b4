"""From one URI to the others: same host and port, another object id. The daemon itself tells which there are."""
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

uri = pyro.URI(sys.argv[1])
print(f"{uri.object}, with {uri.protocol}")

with pyro.Proxy(uri) as clock:
    print(f"100 minutes: {clock.hours(100)}")
with pyro.Proxy(f"PYRO:thermometer@{uri.location}") as thermometer:
    print(f"20 degrees: {thermometer.fahrenheit(20)}")
with pyro.Proxy(f"PYRO:Pyro.Daemon@{uri.location}") as daemon:
    daemon.ping()
    for one in daemon.registered():
        print(f"registered: {one}")
    print(f"of the thermometer: {', '.join(daemon.get_metadata('thermometer')['methods'])}")
with pyro.Proxy(f"PYRO:barometer@{uri.location}") as nothing:
    try:
        nothing.pressure()
    except Exception as error:
        print(f"no barometer: {str(error).split(': ')[-1]}")
