/** Gets a file in three ways, and stores a copy of it. */
import { createHash } from "node:crypto";
import { proxy, RemoteError, remote } from "#pyro";
import type { Files } from "./server.ts";

const shown = (data: Uint8Array): string =>
  `${data.length} bytes, ${createHash("sha256").update(data).digest("hex").slice(0, 16)}`;

await using files = proxy<Files>(process.argv[2] ?? "");
const name = "example.bin";
const size = (await files.names())[name] ?? 0;
console.log(`${name}: ${size} bytes`);

const whole = await files.read(name);
console.log(`whole: ${shown(whole)}`);

const parts: Uint8Array[] = [];
for await (const part of await files.parts(name)) parts.push(part);
console.log(`as a stream of ${parts.length} parts: ${shown(Buffer.concat(parts))}`);

const beside: Uint8Array[] = [];
const reader = remote(files).with({
  onReply: ({ annotations }) => {
    const bytes = annotations.get("PART");
    if (bytes !== undefined) beside.push(bytes);
  },
});
for (let at = 0; at < size; ) at = await reader.part(name, at);
console.log(`beside ${beside.length} replies: ${shown(Buffer.concat(beside))}`);

console.log(`written: ${await files.write("copy.bin", whole)} bytes`);
console.log(`the copy: ${shown(await files.read("copy.bin"))}`);
await files.read("none.bin").catch((error: unknown) => {
  if (!(error instanceof RemoteError && error.is("OSError"))) throw error;
  console.log(`${error.name}: ${error.message}`);
});
