import { type PythonProcess, type PythonPyro, startPython } from "./python.ts";

/** A server of that Pyro with an object that has something of everything; it prints its URI. */
const SHOP = `
import sys, time
try:
    import Pyro5.api as P
    context = P.current_context
except ImportError:
    import Pyro4 as P
    context = P.current_context

@P.expose
@P.behavior(instance_mode="single")
class Shop(object):
    def __init__(self):
        self._name = "corner"
        self.things = ["chair", "bike", "couch"]
        self.noted = []
        self.runs = 0

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    @property
    def size(self):
        return len(self.things)

    def price(self, thing, count=1, currency="EUR"):
        return "%s %d %s" % (thing, count, currency)

    def anything(self, *args, **kwargs):
        return [list(args), kwargs]

    def divide(self, a, b):
        return a / b

    @P.oneway
    def note(self, text):
        self.noted.append(text)

    def notes(self):
        return self.noted

    def __len__(self):
        return len(self.things)

    def __getitem__(self, index):
        return self.things[index]

    def __setitem__(self, index, value):
        self.things[index] = value

    def __delitem__(self, index):
        del self.things[index]

    def __contains__(self, thing):
        return thing in self.things

    def tell(self):
        context.response_annotations = {"BACK": b"to you"}
        return [str(context.correlation_id), bytes(context.annotations.get("XYZZ", b"")).decode()]

    def drop_once(self):
        self.runs += 1
        if self.runs == 1:
            context.client.close()
        return self.runs

    def slow(self, seconds):
        time.sleep(seconds)
        return "done"

    def kind(self, value):
        return type(value).__name__

    def echo(self, value):
        return value

    def call(self, other, method, *args):
        with other:
            return getattr(other, method)(*args)

    def itself(self):
        return self

    def nested(self):
        return {"shops": [self]}

    def where(self):
        return daemon.uriFor(self)

@P.expose
class Iterable(object):
    def __iter__(self):
        return iter(["a", "b"])
    def __len__(self):
        return 2

class Daemon(P.Daemon):
    def validateHandshake(self, conn, data):
        if data == "wrong":
            raise ValueError("not you")
        return {"welcome": data}

daemon = Daemon(port=0)
print(daemon.register(Shop(), "shop"), daemon.register(Iterable(), "iterable"), flush=True)
daemon.requestLoop()
`;

export interface PythonShop extends AsyncDisposable {
  readonly shop: string;
  readonly iterable: string;
}

export async function startPythonShop(version: PythonPyro, env: Record<string, string> = {}): Promise<PythonShop> {
  const all = version === 4 ? { PYRO_SERIALIZERS_ACCEPTED: "serpent,json,marshal,msgpack", ...env } : env;
  const server: PythonProcess = await startPython(version, ["-c", SHOP], { env: all });
  const [, shop = "", iterable = ""] = await server.line(/^(PYRO:\S+) (PYRO:\S+)$/);
  return { shop, iterable, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
