import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { configure, locateNameServer, proxy } from "#pyro";
import { resolve } from "#pyro/naming";
import { type PythonProcess, startPython, whyNoPython } from "../support/python.ts";

afterEach(() => configure({ nsLookupDelayMs: 0 }));

async function startNames(version: 4 | 5): Promise<[PythonProcess, number]> {
  const module = version === 4 ? "Pyro4.naming" : "Pyro5.nameserver";
  const names = await startPython(version, ["-m", module, "-n", "127.0.0.1", "-p", "0", "-x"]);
  const found = await names.line(/^URI = PYRO:Pyro\.NameServer@127\.0\.0\.1:(\d+)/, 30_000);
  return [names, Number(found[1])];
}

const URI_OF_IT = "PYRO:thing@127.0.0.1:1234";

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("a name server of Pyro%i", (version) => {
  test("a name, or tags, that are registered later are waited for with delayMs, or PYRO_NS_LOOKUP_DELAY", async () => {
    const [names, port] = await startNames(version);
    await using _ = names;
    await using client = await locateNameServer({ host: "127.0.0.1", port });
    const at = `@127.0.0.1:${port}`;
    await expect(resolve(`PYRONAME:thing${at}`)).rejects.toMatchObject({ name: "NamingError" });
    await expect(resolve(`PYRONAME:thing${at}`, { delayMs: 50 })).rejects.toMatchObject({ name: "NamingError" });

    const byName = resolve(`PYRONAME:thing${at}`, { delayMs: 60_000 });
    const byTag = resolve(`PYROMETA:blue${at}`, { delayMs: 60_000 });
    configure({ nsLookupDelayMs: 60_000 });
    const configured = resolve(`PYRONAME:thing${at}`);
    await sleep(100);
    await client.register("thing", URI_OF_IT, { metadata: ["blue"] });
    expect((await Promise.all([byName, byTag, configured])).map(String)).toEqual([URI_OF_IT, URI_OF_IT, URI_OF_IT]);
  });

  test("the waiting ends with its signal, and with a proxy's timeout", async () => {
    const [names, port] = await startNames(version);
    await using _ = names;
    const uri = `PYRONAME:nothing@127.0.0.1:${port}`;
    const stop = new AbortController();
    const waiting = resolve(uri, { delayMs: 60_000, signal: stop.signal });
    setTimeout(() => stop.abort(), 100);
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    configure({ nsLookupDelayMs: 5_000 });
    await expect(proxy(uri, { timeoutMs: 300 }).anything()).rejects.toMatchObject({ name: "TimeoutError" });
  });
});
