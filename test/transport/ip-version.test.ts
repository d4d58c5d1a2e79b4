import type { LookupAddress } from "node:dns";
import { createServer, type Server } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { dial } from "../../src/transport/dial.ts";
import { listen } from "../../src/transport/listen.ts";

/** `two.example` has both kinds of addresses, IPv6 first; `four.example` only one. */
const { HOSTS, answer } = vi.hoisted(() => {
  const HOSTS: Record<string, LookupAddress[]> = {
    "two.example": [
      { address: "::1", family: 6 },
      { address: "127.0.0.1", family: 4 },
    ],
    "four.example": [{ address: "127.0.0.1", family: 4 }],
  };
  interface Asked {
    family?: number | string | undefined;
    order?: string;
    all?: boolean;
  }
  const answer = (host: string, { family, order }: Asked): LookupAddress[] => {
    const itself = [{ address: host, family: host.includes(":") ? 6 : 4 }];
    const found = (HOSTS[host] ?? (/^[\d.:]+$/.test(host) ? itself : [])).filter(
      (one) => family === undefined || family === 0 || one.family === family,
    );
    if (found.length === 0) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
    return order === "ipv4first" ? found.toSorted((a, b) => a.family - b.family) : found;
  };
  return { HOSTS, answer };
});

const lookup = (host: string, options: Parameters<typeof answer>[1], done: (...results: unknown[]) => void): void => {
  try {
    const found = answer(host, options);
    if (options.all === true) done(null, found);
    else done(null, found[0]?.address, found[0]?.family);
  } catch (error) {
    done(error);
  }
};
vi.spyOn(process.getBuiltinModule("node:dns"), "lookup").mockImplementation(lookup as never);
vi.mock("node:dns/promises", () => ({
  lookup: (host: string, options: object) => new Promise((resolve) => resolve(answer(host, options))),
}));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A listener on one address; gives its port. */
async function listening(address: string, port = 0): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, address, resolve));
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

async function reached(host: string, port: number, ipVersion: 0 | 4 | 6): Promise<string> {
  const { socket } = await dial({ kind: "tcp", host, port }, { timeoutMs: 10_000, ipVersion });
  const { remoteAddress } = socket;
  socket.destroy();
  return String(remoteAddress);
}

test("a client takes IPv4 addresses first with 4, only IPv6 ones with 6", async () => {
  const port = await listening("127.0.0.1");
  await listening("::1", port);
  expect(await reached("two.example", port, 4)).toBe("127.0.0.1");
  expect(await reached("two.example", port, 6)).toBe("::1");
  expect(await reached("four.example", port, 4)).toBe("127.0.0.1");
  await expect(reached("four.example", port, 6)).rejects.toMatchObject({ code: "PYRO_CANNOT_CONNECT" });
});

test("with 4, a host that has only an IPv6 address is reached too", async () => {
  HOSTS["six.example"] = [{ address: "::1", family: 6 }];
  expect(await reached("six.example", await listening("::1"), 4)).toBe("::1");
});

test("a daemon is bound to an IPv4 address with 4 or nothing said, to the system's first with 0, to IPv6 with 6", async () => {
  const bound = async (host: string, ipVersion?: 0 | 4 | 6): Promise<string> => {
    const there = await listen(
      { kind: "tcp", host, port: 0 },
      (socket) => socket.destroy(),
      () => undefined,
      { ipVersion },
    );
    const address = there.server.address();
    await there.close();
    return typeof address === "object" && address !== null ? address.address : String(address);
  };
  expect(await bound("two.example")).toBe("127.0.0.1");
  expect(await bound("two.example", 4)).toBe("127.0.0.1");
  expect(await bound("two.example", 0)).toBe("::1");
  expect(await bound("two.example", 6)).toBe("::1");
  await expect(bound("four.example", 6)).rejects.toMatchObject({
    code: "PYRO_CANNOT_LISTEN",
    message: "cannot listen on four.example:0: unknown host name, or it has no IPv6 address",
  });
  expect(await bound("", 4)).toBe("0.0.0.0");
  expect(await bound("", 6)).toBe("::");
  expect(await bound("[::1]")).toBe("::1");
});
