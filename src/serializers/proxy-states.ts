/**
 * The state of a proxy on the wire. Pyro4: `(uri, oneway, methods, attrs, timeout, hmac key, handshake, retries,
 * serializer)`; older versions omit the serializer (`Pyro4 4.82, core.py`). Pyro5: `(uri, oneway, methods, attrs,
 * handshake, serializer)` (`Pyro5 5.15, client.py`).
 */
import { SerializeError } from "../base/errors.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import { ProxyState } from "../values/proxy-state.ts";
import { PyFloat, type PyTuple, tuple } from "../values/python-values.ts";
import { URI } from "../values/uri.ts";

interface ProxyStateLayout {
  readonly lengths: readonly number[];
  /** Indexes of the items; the first four items are the same in both versions. */
  readonly handshake: number;
  readonly serializer: number;
  write(proxy: ProxyState): PyTuple;
}

export const PROXY_STATES: Readonly<Record<PyroVersion, ProxyStateLayout>> = {
  4: {
    lengths: [8, 9],
    handshake: 6,
    serializer: 8,
    // Timeout 0.0, no HMAC key, no retries: these are settings of the sender and are not sent.
    write: (proxy) => tuple(...commonState(proxy), new PyFloat(0), null, proxy.handshake, 0, proxy.serializer),
  },
  5: {
    lengths: [6],
    handshake: 4,
    serializer: 5,
    write: (proxy) => tuple(...commonState(proxy), proxy.handshake, proxy.serializer),
  },
};

function commonState({ uri, oneway, methods, attrs }: ProxyState): readonly unknown[] {
  return [String(uri), tuple(...oneway), tuple(...methods), tuple(...attrs)];
}

/** Reads a proxy state of one version. @throws {SerializeError} for a malformed state. */
export function readProxyState(state: readonly unknown[], version: PyroVersion): ProxyState {
  const { lengths, handshake, serializer } = PROXY_STATES[version];
  const [uri, oneway, methods, attrs] = state;
  if (!lengths.includes(state.length) || typeof uri !== "string") {
    throw new SerializeError(`invalid state of a Pyro${version} proxy: ${state.length} items`);
  }
  const name = state[serializer];
  return new ProxyState({
    uri: URI.parse(uri),
    oneway: nameSet(oneway),
    methods: nameSet(methods),
    attrs: nameSet(attrs),
    handshake: state[handshake],
    serializer: typeof name === "string" ? name : null,
  });
}

function nameSet(value: unknown): ReadonlySet<string> {
  const names = Array.isArray(value) || value instanceof Set ? [...(value as Iterable<unknown>)] : [];
  return new Set(names.filter((name): name is string => typeof name === "string"));
}
