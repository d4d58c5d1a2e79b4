import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { processEnvironment } from "../../src/base/environment.ts";
import { PyroError } from "../../src/base/errors.ts";
import { type Configuration, configurationOf, readConfig } from "../../src/config/config.ts";
import { ITEMS, WITHOUT_EFFECT } from "../../src/config/items.ts";
import { type ProxyOptions, type ProxySettings, proxySettings } from "../../src/proxy/proxy-options.ts";
import { keepProxyState } from "../../src/values/proxy-state.ts";
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

/** The configuration of a program that starts with these variables. */
function started(variables: Record<string, string>): Configuration {
  return configurationOf({ ...processEnvironment, variables });
}

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
    const text = `${name}: unknown configuration item; did you mean ${meant}?`;
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
    expect(ended.stderr).toContain("PYRO_NS_PRT: unknown configuration item; did you mean PYRO_NS_PORT?");
  });
});

describe("configure and configSource", () => {
  test("a program's options win over the environment, which wins over the defaults", () => {
    const its = started({ PYRO_COMMTIMEOUT: "2", PYRO_NS_PORT: "9100" });
    const sources = (): unknown[] => ["COMMTIMEOUT", "NS_PORT", "NS_HOST"].map((name) => its.source(name));
    expect(sources()).toEqual(["environment", "environment", "default"]);
    const before = its.current;
    its.configure({ commTimeoutMs: 500, nsHost: "names.example" });
    expect(sources()).toEqual(["option", "environment", "option"]);
    expect(its.current).toMatchObject({ commTimeoutMs: 500, nsHost: "names.example", nsPort: 9100 });
    its.configure({ nsPort: 9200, maxMessageSize: 0 });
    expect(its.current).toMatchObject({ commTimeoutMs: 500, nsPort: 9200, maxMessageSize: Number.MAX_SAFE_INTEGER });
    expect(before).toMatchObject({ commTimeoutMs: 2_000, nsHost: "localhost" });
  });

  test("a wrong value or name is refused, and nothing is set then", () => {
    const its = started({});
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
      "configure: unknown configuration item compresion; did you mean compression?",
    ]);
    expect(refused({ commTimeoutMs: "2" })).toEqual([
      "PYRO_CONFIG",
      "configure: commTimeoutMs=2: must be seconds, 0 or more (milliseconds in options)",
    ]);
    expect(refused({ toString: 1 })).toMatchObject(["PYRO_CONFIG", expect.any(String)]);
    expect(its.current).toEqual(readConfig({}));
    expect(() => its.source("COMMTIMOUT")).toThrow(/did you mean PYRO_COMMTIMEOUT/);
  });
});

test("what proxies are made with, unless their own options say something else", () => {
  const environment = { ...processEnvironment, variables: { PYRO_MAX_RETRIES: "3" } };
  const settingsOf = (options: ProxyOptions): ProxySettings =>
    proxySettings({ ...options, environment }, resolver, keepProxyState);
  const resolver = (): Promise<never> => Promise.reject(new Error("nothing is resolved here"));
  expect(settingsOf({})).toMatchObject({
    maxRetries: 3,
    metadata: true,
    timeoutMs: 0,
    wireOptions: undefined,
  });
  const before = settingsOf({}).serializers;
  expect(settingsOf({}).serializers).toBe(before);
  configurationOf(environment).configure({
    maxRetries: 4,
    metadata: false,
    commTimeoutMs: 700,
    compression: true,
    serializer: "json",
    maxMessageSize: 5,
  });
  const made = settingsOf({});
  expect(made).toMatchObject({ maxRetries: 4, metadata: false, timeoutMs: 700, serializer: "json" });
  expect(made.wireOptions).toEqual({ compression: true, hmacKey: undefined });
  expect([before.limits.maxMessageBytes, made.serializers.limits.maxMessageBytes]).toEqual([1 << 30, 5]);
  const own = settingsOf({ maxRetries: 0, metadata: true, timeoutMs: 0, compression: false });
  expect(own).toMatchObject({ maxRetries: 0, metadata: true, timeoutMs: 0, wireOptions: undefined });
});
