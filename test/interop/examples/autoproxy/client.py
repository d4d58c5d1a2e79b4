"""Gets robots, lets them walk, and hands them back: each is a proxy of an object that stays in the factory."""
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

with pyro.Proxy(sys.argv[1]) as factory:
    marvin = factory.build("Marvin")
    eve = factory.build("Eve")
    print(f"a proxy: {str(isinstance(marvin, pyro.Proxy)).lower()}")
    print(f"{marvin.name()} walks to {marvin.walk(3)}, then to {marvin.walk(2)}")
    print(f"{eve.name()} walks to {eve.walk(4)}")

    all_of_them = factory.all()
    print(f"all of them: {', '.join(sorted(all_of_them))}")
    print(f"the same Marvin: {all_of_them['Marvin'].walk(0)}")

    print(f"the winner: {factory.race([marvin, eve])}")

    factory.scrap("Eve")
    try:
        eve.walk(1)
    except Exception as error:
        print(f"Eve: {error}")
