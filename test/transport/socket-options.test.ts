import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { readConfig } from "../../src/config/config.ts";
import { dial } from "../../src/transport/dial.ts";
import { listen } from "../../src/transport/listen.ts";
import { clientTls, serverTls } from "../../src/transport/tls-options.ts";
import { transportItemsOf } from "../../src/transport/transport-config.ts";
import { Authority } from "../support/certificates.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

const authority = new Authority("authority");
const { ssl } = transportItemsOf(readConfig({}));
const secret = {
  server: serverTls({ ...authority.issue("server", { hosts: ["127.0.0.1"] }) }, ssl),
  client: clientTls({ ca: authority.cert }, ssl),
};
const ANY = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;

/** Which timer Linux has running for an idle connection from `port`: 2 is keep-alive's (proc(5), /proc/net/tcp). */
function timerOf(port: number | undefined): string | undefined {
  const local = `:${Number(port).toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/net/tcp", "utf8").split("\n");
  return rows
    .map((row) => row.trim().split(/\s+/))
    .find(([, at, , state]) => at?.endsWith(local) === true && state === "01")?.[5]
    ?.slice(0, 2);
}

test.each([
  ["plainly", undefined, undefined],
  ["over TLS", secret.server, secret.client],
] as const)("connections have keep-alive on both sides, and no Nagle delay: %s", async (_how, server, tls) => {
  const noDelay = vi.spyOn(Socket.prototype, "setNoDelay");
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const listening = await listen(ANY, resolve, () => undefined, { tls: server });
  const { socket } = await dial(listening.location, { timeoutMs: 0, tls });
  const theirs = await promise;
  const [there, here] = [socket.remotePort, socket.localPort];
  await vi.waitFor(() => expect([timerOf(there), timerOf(here)]).toEqual(["02", "02"]), { timeout: 10_000 });
  // Sockets are given it as an option when they are made, but for a client's over TLS.
  expect(noDelay.mock.calls).toEqual(tls === undefined ? [] : [[true]]);
  noDelay.mockRestore();
  socket.destroy();
  theirs.destroy();
  await listening.close();
});

test("a server that takes the connection but does not shake hands is given up in time", async () => {
  const environment = new VirtualEnvironment();
  const silent = createServer((socket) => socket.on("error", () => undefined).resume());
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const bound = silent.address();
  const location = { ...ANY, port: typeof bound === "object" && bound !== null ? bound.port : 0 };
  const options = { timeoutMs: 300, tls: secret.client, environment };
  const late = expect(dial(location, options)).rejects.toMatchObject({
    name: "TimeoutError",
    code: "PYRO_HANDSHAKE_TIMEOUT",
    message: `cannot connect to 127.0.0.1:${location.port}: the TLS handshake did not finish within 300 ms`,
  });
  // The client's first bytes come when it knows that it is connected.
  await once((await once(silent, "connection"))[0] as Socket, "data");
  await environment.advance(300);
  await late;
  const stop = new AbortController();
  const aborted = expect(dial(location, { ...options, timeoutMs: 0, signal: stop.signal })).rejects.toThrow("enough");
  await once((await once(silent, "connection"))[0] as Socket, "data");
  stop.abort(new Error("enough"));
  await aborted;
  expect(environment.timers).toBe(0);
  await new Promise((resolve) => silent.close(resolve));
});
