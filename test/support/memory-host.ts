import { type Contract, Daemon, type DaemonOptions, type ProxyOptions, proxy, type URI } from "#pyro";
import type { Environment } from "../../src/base/environment.ts";
import { MemoryNetwork } from "../../src/transport/memory-transport.ts";
import type { Transport } from "../../src/transport/transport.ts";

/** The host of daemons and proxies that need no sockets. Each test file has its own network. */
export const memoryHost: Transport = new MemoryNetwork().host("127.0.0.1");

/** A host on a network of its own, and the environment of all that runs there. */
export function memoryHostIn<E extends Environment>(environment: E): { transport: Transport; environment: E } {
  return { transport: new MemoryNetwork({ environment }).host("127.0.0.1"), environment };
}

/** `Daemon.listen`, in memory. */
export function listenInMemory(options: DaemonOptions = {}): Promise<Daemon> {
  return Daemon.listen({ transport: memoryHost, ...options });
}

/** `proxy`, with other defaults. */
export function proxyIn(defaults: ProxyOptions): typeof proxy {
  const make = (uri: URI | string, second: object = {}, third?: ProxyOptions): object =>
    "methods" in second
      ? proxy(uri, second as Contract<object>, { ...defaults, ...third })
      : proxy<object>(uri, { ...defaults, ...second });
  return make as typeof proxy;
}

/** `proxy`, for daemons in memory. */
export const proxyInMemory: typeof proxy = proxyIn({ transport: memoryHost });
