import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  EXAMPLES_FOLDER,
  type Example,
  exampleFolders,
  halfOf,
  PAIRS,
  runPair,
  transcriptOf,
} from "../support/examples.ts";
import { whyNoPython } from "../support/python.ts";

const EXAMPLES: readonly Example[] = [
  { name: "autoproxy" },
  { name: "batchedcalls" },
  { name: "callback" },
  { name: "callcontext" },
  { name: "custom-serialization" },
  { name: "distributed-mandelbrot", names: 2 },
  { name: "echoserver", stopsServer: true },
  { name: "exceptions" },
  { name: "filetransfer" },
  { name: "futures" },
  { name: "handshake" },
  { name: "instancemode" },
  { name: "maxsize" },
  { name: "messagebus" },
  { name: "nonameserver" },
  { name: "privilege-separation" },
  { name: "ssl", certificates: true },
  { name: "stockquotes", names: 2 },
  { name: "streaming" },
  { name: "timeout" },
  { name: "unixdomainsock" },
  { name: "user_passwd_auth" },
  { name: "usersession" },
  { name: "warehouse", names: 1 },
];

test("every folder is run here, and has both halves in TypeScript and in Python", () => {
  expect(exampleFolders()).toEqual(EXAMPLES.map((one) => one.name));
  const wanted = EXAMPLES.flatMap(({ name }) => [
    ...(["TypeScript", "Pyro4", "Pyro5"] as const).flatMap((side) => [
      halfOf(name, "server", side),
      halfOf(name, "client", side),
    ]),
    `${EXAMPLES_FOLDER}/${name}/README.md`,
  ]);
  expect(wanted.filter((file) => !existsSync(file))).toEqual([]);
});

// Three pairs of programs at a time, so that what two cores can do is not slowed down by what waits.
let free = 3;
const waiting: (() => void)[] = [];

async function oneOfThree<R>(work: () => Promise<R>): Promise<R> {
  if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
  else free--;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
}

describe.concurrent.each(EXAMPLES)("$name", (example) => {
  for (const { server, client } of PAIRS) {
    const skipped = server + client !== "TypeScriptTypeScript" && whyNoPython() !== undefined;
    test.skipIf(skipped)(`${client} client, ${server} server`, { timeout: 180_000 }, async () => {
      const { transcript, ends } = await oneOfThree(() => runPair(example, server, client));
      expect(ends).toEqual({ client: 0, server: 0, stderr: "" });
      expect(transcript).toBe(transcriptOf(example.name));
    });
  }
});
