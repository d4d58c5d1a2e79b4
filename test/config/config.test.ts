import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, test, vi } from "vitest";
import { PyroError } from "../../src/base/errors.ts";
import { readConfig } from "../../src/config/config.ts";
import { ITEMS, WITHOUT_EFFECT } from "../../src/config/items.ts";
import { configPage } from "../support/config-page.ts";

/** The text with which a PYRO_CONFIG is thrown. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof PyroError && error.code === "PYRO_CONFIG") return error.message;
    throw error;
  }
  throw new Error("was not refused");
}

/** The module as a program has it that starts with these variables. */
async function started(env: Record<string, string>): Promise<typeof import("../../src/config/config.ts")> {
  vi.resetModules();
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return import("../../src/config/config.ts");
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test("docs/config.md tells of every item", async () => {
  await expect(configPage()).toMatchFileSnapshot("../../docs/config.md");
});

describe("the environment", () => {
  test("nothing set: the defaults", () => {
    expect(readConfig({ PATH: "/bin", PYROMANIA: "1" })).toEqual(
      Object.fromEntries(Object.entries(ITEMS).map(([field, { defaultValue }]) => [field, defaultValue])),
    );
    expect(readConfig({ PYRO_NS_PORT: "", PYRO_COMPRESSION: "" })).toMatchObject({ nsPort: 9090, compression: false });
  });

  test("every kind of value, in Python's notation", () => {
    const read = readConfig({
      PYRO_HOST: "0.0.0.0",
      PYRO_NS_PORT: "9100",
      PYRO_COMMTIMEOUT: "1.5",
      PYRO_NS_AUTOCLEAN: "3",
      PYRO_COMPRESSION: "On",
      PYRO_AUTOPROXY: "no",
      PYRO_MAX_MESSAGE_SIZE: "0",
      PYRO_SERIALIZER: "msgpack",
      PYRO_SERIALIZERS_ACCEPTED: "serpent, json",
      PYRO_BROADCAST_ADDRS: "192.0.2.255, ''",
      PYRO_PREFER_IP_VERSION: "6",
    });
    expect(read).toMatchObject({
      host: "0.0.0.0",
      nsPort: 9100,
      commTimeoutMs: 1_500,
      nsAutocleanMs: 3_000,
      compression: true,
      autoproxy: false,
      maxMessageSize: Number.MAX_SAFE_INTEGER,
      serializer: "msgpack",
      serializersAccepted: ["serpent", "json"],
      broadcastAddrs: ["192.0.2.255", ""],
      preferIpVersion: 6,
    });
  });

  test.for([
    ["PYRO_NS_PORT", "0", "must be a whole number from 1 to 65535"],
    ["PYRO_NS_PORT", "9090x", "must be a whole number from 1 to 65535"],
    ["PYRO_MAX_RETRIES", "1.5", "must be a whole number from 0 to 1000"],
    ["PYRO_COMMTIMEOUT", "soon", "must be seconds, 0 or more (milliseconds in options)"],
    ["PYRO_COMMTIMEOUT", "-1", "must be seconds, 0 or more (milliseconds in options)"],
    ["PYRO_NS_AUTOCLEAN", "2", "must be seconds, 0 or at least 3 (milliseconds in options)"],
    ["PYRO_COMPRESSION", "maybe", "must be one of 1, yes, on, true, 0, no, off, false"],
    ["PYRO_SERIALIZER", "pickle", "must be one of serpent, json, marshal, msgpack"],
    ["PYRO_SERIALIZERS_ACCEPTED", "serpent,pickle", "must be one or more of serpent, json, marshal, msgpack"],
    ["PYRO_MAX_MESSAGE_SIZE", "-1", "must be a whole number, 0 or more"],
  ] as const)("%s=%s is refused", ([name, value, wanted]) => {
    expect(refusal(() => readConfig({ [name]: value }))).toBe(`${name}=${value}: ${wanted}`);
  });

  test.for([
    ["PYRO_COMMTIMOUT", "PYRO_COMMTIMEOUT"],
    ["PYRO_NSHOST", "PYRO_NS_HOST"],
    ["PYRO_SERVER_TYPE", "PYRO_SERVERTYPE"],
  ] as const)("%s is refused: no such item, the nearest is %s", ([name, meant]) => {
    const text = `${name}: Pyro has no such configuration item; the nearest is ${meant}`;
    expect(refusal(() => readConfig({ [name]: "1" }))).toBe(text);
  });

  test("what Pyro knows and means nothing here is taken, whatever it says", () => {
    const all = Object.fromEntries(Object.keys(WITHOUT_EFFECT).map((name) => [`PYRO_${name}`, "whatever"]));
    expect(readConfig(all)).toEqual(readConfig({}));
  });

  test("a program that starts with a wrong one ends with its name", () => {
    const program = `import ${JSON.stringify(new URL("../../src/config/config.ts", import.meta.url).href)}`;
    const ended = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      env: { ...process.env, PYRO_NS_PRT: "1" },
      encoding: "utf8",
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("PYRO_NS_PRT: Pyro has no such configuration item; the nearest is PYRO_NS_PORT");
  });
});

describe("configure and configSource", () => {
  test("a program's options win over the environment, which wins over the defaults", async () => {
    const its = await started({ PYRO_COMMTIMEOUT: "2", PYRO_NS_PORT: "9100" });
    const { configSource, configure } = its;
    const sources = (): unknown[] => ["COMMTIMEOUT", "NS_PORT", "NS_HOST"].map((name) => configSource(name));
    expect(sources()).toEqual(["environment", "environment", "default"]);
    const before = its.config;
    configure({ commTimeoutMs: 500, nsHost: "names.example" });
    expect(sources()).toEqual(["option", "environment", "option"]);
    expect(its.config).toMatchObject({ commTimeoutMs: 500, nsHost: "names.example", nsPort: 9100 });
    configure({ nsPort: 9200, maxMessageSize: 0 });
    expect(its.config).toMatchObject({ commTimeoutMs: 500, nsPort: 9200, maxMessageSize: Number.MAX_SAFE_INTEGER });
    expect(before).toMatchObject({ commTimeoutMs: 2_000, nsHost: "localhost" });
  });

  test("a wrong value or name is refused, and nothing is set then", async () => {
    // Errors of modules that were loaded anew are of classes of their own.
    const its = await started({});
    const refused = (settings: object): unknown => {
      try {
        its.configure(settings);
      } catch (error) {
        return [(error as PyroError).code, (error as Error).message];
      }
      return undefined;
    };
    expect(refused({ compression: true, maxRetries: -1 })).toEqual([
      "PYRO_CONFIG",
      "configure: maxRetries=-1: must be a whole number from 0 to 1000",
    ]);
    expect(refused({ compresion: true })).toEqual([
      "PYRO_CONFIG",
      "configure: there is no compresion; the nearest is compression",
    ]);
    expect(refused({ commTimeoutMs: "2" })).toEqual([
      "PYRO_CONFIG",
      "configure: commTimeoutMs=2: must be seconds, 0 or more (milliseconds in options)",
    ]);
    expect(refused({ toString: 1 })).toMatchObject(["PYRO_CONFIG", expect.any(String)]);
    expect(its.config).toEqual(readConfig({}));
    expect(() => its.configSource("COMMTIMOUT")).toThrow(/the nearest is PYRO_COMMTIMEOUT/);
  });
});

test("what proxies are made with, unless their own options say something else", async () => {
  const { configure } = await started({ PYRO_MAX_RETRIES: "3" });
  const { remoteOptions } = await import("../../src/proxy/proxy-options.ts");
  const resolver = (): Promise<never> => Promise.reject(new Error("nothing is resolved here"));
  expect(remoteOptions({}, resolver)).toMatchObject({
    maxRetries: 3,
    metadata: true,
    timeoutMs: 0,
    wireOptions: undefined,
  });
  const before = remoteOptions({}, resolver).serializers;
  expect(remoteOptions({}, resolver).serializers).toBe(before);
  configure({
    maxRetries: 4,
    metadata: false,
    commTimeoutMs: 700,
    compression: true,
    serializer: "json",
    maxMessageSize: 5,
  });
  const made = remoteOptions({}, resolver);
  expect(made).toMatchObject({ maxRetries: 4, metadata: false, timeoutMs: 700, serializer: "json" });
  expect(made.wireOptions).toEqual({ compression: true, hmacKey: undefined });
  expect([before.limits.maxMessageBytes, made.serializers.limits.maxMessageBytes]).toEqual([1 << 30, 5]);
  const own = remoteOptions({ maxRetries: 0, metadata: true, timeoutMs: 0, compression: false }, resolver);
  expect(own).toMatchObject({ maxRetries: 0, metadata: true, timeoutMs: 0, wireOptions: undefined });
});
