/** What only the memory transport has: time that a test advances, and several simulated processes in one. */
import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { Daemon, expose, locateNameServer, proxy, remote, serve, startNameServer } from "#pyro";
import type { LogEntry } from "#pyro/diagnostics";
import { configurationOf } from "../../src/config/config.ts";
import { logOf } from "../../src/diagnostics/log.ts";
import { serverVersions } from "../../src/session/server-versions.ts";
import { MemoryNetwork } from "../../src/transport/memory-transport.ts";
import type { Connection, Listener, ListenHandlers } from "../../src/transport/transport.ts";
import { End } from "../support/transports.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

class Echo {
  static {
    expose(this, { methods: { echo: "echo(value)" } });
  }
  echo(value: unknown): unknown {
    return value;
  }
}

const OTHERS: ListenHandlers = { onConnection: () => undefined, onError: () => undefined };
const listens = (network: MemoryNetwork, port: number, handlers = OTHERS): Promise<Listener> =>
  network.host("10.0.0.2").listen({ kind: "tcp", host: "10.0.0.2", port }, handlers);

test("bytes and attempts to connect take the latency, each way, and not a millisecond less", async () => {
  const environment = new VirtualEnvironment();
  const network = new MemoryNetwork({ environment, latencyMs: 40 });
  const accepted: End[] = [];
  const handlers = { ...OTHERS, onConnection: (one: Connection) => void accepted.push(new End(one)) };
  const { location } = await listens(network, 9090, handlers);
  let client: End | undefined;
  void network
    .host("10.0.0.1")
    .dial(location, { timeoutMs: 0 })
    .then((one) => {
      client = new End(one);
    });
  await environment.advance(39);
  expect([client, accepted.length]).toEqual([undefined, 0]);
  await environment.advance(1);
  const [server] = accepted;
  if (client === undefined || server === undefined) throw new Error("not connected");
  client.connection.write(Buffer.from("one "));
  await environment.advance(30);
  client.connection.write(Buffer.from("two"));
  client.connection.end();
  await environment.advance(9);
  expect(server.received.toString()).toBe("");
  await environment.advance(1);
  expect([server.received.toString(), server.events]).toEqual(["one ", []]);
  await environment.advance(30);
  expect([server.received.toString(), server.events]).toEqual(["one two", ["end", "close"]]);
  expect(client.events).toEqual([]);
  await environment.advance(40);
  expect(client.events).toEqual(["end", "close"]);
  expect(environment.timers).toBe(0);
});

test("a call takes two latencies; the first one also those of the connection and its handshake", async () => {
  const environment = new VirtualEnvironment();
  const network = new MemoryNetwork({ environment, latencyMs: 100 });
  const daemon = await Daemon.listen({ transport: network.host("10.0.0.2"), environment });
  const echo = proxy<Echo>(daemon.register(new Echo()), { transport: network.host("10.0.0.1"), environment });
  const times: number[] = [];
  const calling = (async () => {
    for (const value of ["first", "second"]) times.push((await echo.echo(value)) === value ? environment.now() : -1);
  })();
  await environment.advance(700);
  await calling;
  expect(times).toEqual([500, 700]);
  await Promise.all([remote(echo).release(), daemon.close(), environment.advance(10_000)]);
});

test("an attempt to connect is given up in virtual time; the listener hears nothing of it", async () => {
  const environment = new VirtualEnvironment();
  const network = new MemoryNetwork({ environment, latencyMs: 1_000 });
  let accepted = 0;
  const { location } = await listens(network, 9090, { ...OTHERS, onConnection: () => void accepted++ });
  const client = network.host("10.0.0.1");
  const outcomes: unknown[] = [];
  const dial = (timeoutMs: number, signal?: AbortSignal): void =>
    void client.dial(location, { timeoutMs, signal }).catch((error: unknown) => outcomes.push(error));
  const stop = new AbortController();
  dial(999);
  dial(0, stop.signal);
  await environment.advance(998);
  expect(outcomes).toEqual([]);
  stop.abort(new Error("enough"));
  await environment.advance(1);
  const late = { code: "PYRO_CONNECT_TIMEOUT", message: "cannot connect to 10.0.0.2:9090: no answer within 999 ms" };
  expect(outcomes).toEqual([new Error("enough"), expect.objectContaining(late)]);
  await environment.advance(1_000);
  expect([accepted, environment.timers]).toEqual([0, 0]);
});

test("a host listens at its own address; ports are chosen one after the other, or given", async () => {
  const network = new MemoryNetwork();
  const [first, second, given] = [await listens(network, 0), await listens(network, 0), await listens(network, 80)];
  const ports = [first, second, given].map(({ location }) => (location.kind === "tcp" ? location.port : 0));
  expect(ports[2]).toBe(80);
  expect(new Set(ports).size).toBe(3);
  // Two hosts may use the same port, and two networks the same address.
  const other = await network.host("10.0.0.3").listen({ kind: "tcp", host: "10.0.0.2", port: 80 }, OTHERS);
  expect(other.location).toEqual({ kind: "tcp", host: "10.0.0.3", port: 80 });
  expect((await listens(new MemoryNetwork(), 80)).location).toEqual(given.location);
  await expect(listens(network, 80)).rejects.toMatchObject({ code: "PYRO_CANNOT_LISTEN" });
});

/** A simulated process that logs all that it sends and receives. */
function simulated(variables: Record<string, string>): { environment: VirtualEnvironment; entries: LogEntry[] } {
  const environment = new VirtualEnvironment({ PYRO_LOGLEVEL: "DEBUG", PYRO_LOGWIRE: "1", ...variables });
  const entries: LogEntry[] = [];
  logOf(environment).setLogger((entry) => entries.push(entry));
  return { environment, entries };
}

test("simulated processes share no configuration, no log and no server versions", async () => {
  const network = new MemoryNetwork();
  const server = simulated({ PYRO_HOST: "10.0.0.2" });
  const clients = [
    { ...simulated({ PYRO_SERIALIZER: "json", PYRO_COMPRESSION: "1" }), protocol: 4, expected: /flags=0x2 ser=2 / },
    { ...simulated({ PYRO_SERIALIZER: "msgpack" }), protocol: 5, expected: /flags=0x0 ser=4 / },
  ] as const;
  const daemon = await Daemon.listen({ transport: network.host("10.0.0.2"), environment: server.environment });
  const uri = daemon.register(new Echo(), "echo");
  expect(String(uri)).toBe(`PYRO:echo@10.0.0.2:${uri.port}`);
  const where = `10.0.0.2:${uri.port}`;
  for (const { environment, entries, protocol, expected } of clients) {
    await using echo = proxy<Echo>(uri, { transport: network.host("10.0.0.1"), environment, protocol });
    await remote(echo).connect();
    const heard = server.entries.length;
    expect(await echo.echo("x".repeat(1_000))).toBe("x".repeat(1_000));
    const received = server.entries.slice(heard).map(({ text }) => text);
    expect(received.find((text) => text.startsWith("received"))).toMatch(expected);
    expect(serverVersions.of(environment).get(where)).toBe(protocol);
    expect(entries.map(({ text }) => text)).toContain(`connected to ${where}, which speaks Pyro${protocol}`);
    expect(entries.every(({ time }) => time.toISOString() === "2026-01-01T00:00:00.000Z")).toBe(true);
  }
  expect(serverVersions.of(server.environment).get(where)).toBeUndefined();
  expect(server.entries.every(({ text }) => !text.startsWith("connected to"))).toBe(true);
  expect(clients.map(({ environment }) => configurationOf(environment).current.serializer)).toEqual([
    "json",
    "msgpack",
  ]);
  configurationOf(clients[0].environment).configure({ serializer: "marshal" });
  expect(configurationOf(clients[1].environment).current.serializer).toBe("msgpack");
  await daemon.close();
});

test("a simulation repeats in all its ids, times and bytes", async () => {
  const run = async (): Promise<unknown[]> => {
    const { environment, entries } = simulated({});
    const network = new MemoryNetwork({ environment, latencyMs: 5 });
    const daemon = await Daemon.listen({ transport: network.host("10.0.0.2"), environment });
    const uri = daemon.register(new Echo());
    const echo = proxy<Echo>(uri, { transport: network.host("10.0.0.1"), environment });
    const calling = Promise.all([1, 2, 3].map((value) => echo.echo(value)));
    await environment.advance(1_000);
    expect(await calling).toEqual([1, 2, 3]);
    await Promise.all([remote(echo).release(), daemon.close(), environment.advance(10_000)]);
    return [String(uri), ...entries];
  };
  const first = await run();
  expect(first.length).toBeGreaterThan(10);
  expect(await run()).toEqual(first);
});

test("a name server, a program that serves, and its client, all in memory", async () => {
  const network = new MemoryNetwork();
  const variables = { PYRO_NS_HOST: "10.0.0.1", PYRO_NS_PORT: "9090" };
  const on = (address: string): { transport: ReturnType<MemoryNetwork["host"]>; environment: VirtualEnvironment } => ({
    transport: network.host(address),
    environment: new VirtualEnvironment(variables),
  });
  await using _ = await startNameServer(on("10.0.0.1"));
  const stop = new AbortController();
  const lines: string[] = [];
  const served = { ...on("10.0.0.2"), signal: stop.signal, log: (line: string) => void lines.push(line) };
  const serving = serve({ "test.echo": new Echo() }, served);
  await expect.poll(() => lines.join("\n")).toContain("test.echo is registered");
  await using echo = proxy<Echo>("PYRONAME:test.echo", on("10.0.0.3"));
  expect(await echo.echo("through memory")).toBe("through memory");
  stop.abort();
  await remote(echo).release();
  await serving;
  await using names = await locateNameServer(on("10.0.0.3"));
  expect([...(await names.list()).keys()]).toEqual(["Pyro.NameServer"]);
});
