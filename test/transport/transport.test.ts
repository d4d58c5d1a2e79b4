import { expect, test } from "vitest";
import { dial } from "../../src/transport/dial.ts";
import { listen } from "../../src/transport/listen.ts";
import { locationText, reachableHost } from "../../src/transport/location.ts";
import { brokenError, connectError } from "../../src/transport/node-errors.ts";

const HERE = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;

test("a connection that cannot be accepted is reported, and the listening goes on", async () => {
  const failures: string[] = [];
  const { server, location } = await listen(
    HERE,
    (socket) => socket.end(),
    (error) => failures.push(error.message),
  );
  server.emit("error", new Error("accept EMFILE"));
  expect(failures).toEqual(["accept EMFILE"]);
  const { socket } = await dial(location, { timeoutMs: 1_000 });
  socket.destroy();
  server.close();
});

test("an attempt to connect can be given up", async () => {
  const { server, location } = await listen(
    HERE,
    () => undefined,
    () => undefined,
  );
  await expect(dial(location, { timeoutMs: 0, signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: "AbortError",
  });
  server.close();
  await new Promise((resolve) => server.once("close", resolve));
  await expect(dial(location, { timeoutMs: 1_000 })).rejects.toMatchObject({ code: "PYRO_CANNOT_CONNECT" });
});

test("locations print as they stand in URIs", () => {
  expect(locationText({ kind: "tcp", host: "h", port: 1 })).toBe("h:1");
  expect(locationText({ kind: "tcp", host: "::1", port: 1 })).toBe("[::1]:1");
  expect(locationText({ kind: "unix", path: "/a.sock" })).toBe("./u:/a.sock");
});

test("Node's codes become sentences with a cure", () => {
  const because = (code: string): string =>
    connectError({ kind: "tcp", host: "h", port: 1 }, Object.assign(new Error("x"), { code })).message;
  expect(because("ECONNREFUSED")).toBe(
    "cannot connect to h:1: connection refused; is the daemon running, and bound to this address?",
  );
  expect(because("ENOTFOUND")).toContain("host name not known");
  expect(because("EWHATEVER")).toBe("cannot connect to h:1: x");
  const both = new AggregateError([Object.assign(new Error("x"), { code: "ECONNREFUSED" })]);
  expect(connectError({ kind: "unix", path: "/s" }, both).message).toContain(
    "cannot connect to ./u:/s: connection refused",
  );
  expect(brokenError("h:1", Object.assign(new Error("x"), { code: "ECONNRESET" })).message).toBe(
    "connection to h:1 lost: ECONNRESET",
  );
});

test("only wildcards are replaced by an address of this machine", () => {
  expect(reachableHost("localhost")).toBe("localhost");
  expect(reachableHost("10.1.2.3")).toBe("10.1.2.3");
  for (const wildcard of ["", "0.0.0.0"]) expect(reachableHost(wildcard)).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  expect(reachableHost("0.0.0.0")).not.toBe("0.0.0.0");
});
