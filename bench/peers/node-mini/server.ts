import type { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setImmediate as breath } from "node:timers/promises";
import { LIST5, nameAndUri } from "../../lib/shapes.ts";
import { NAMES } from "../../lib/work.ts";
import { ABLATION, openWire } from "./ablations.ts";
import { HEAD_BYTES, Kind, type Wire } from "./frames.ts";

const names = new Map(Array.from({ length: NAMES }, (_, i) => nameAndUri(i)));

const METHODS: Readonly<Record<string, (value: unknown) => unknown>> = {
  listContents: () => LIST5,
  echo: (value) => value,
  lookup: (name) => names.get(name as string),
  list: () => Object.fromEntries(names),
};

function call(name: string, value: unknown): unknown {
  const method = METHODS[name];
  if (method === undefined) throw new Error(`there is no ${name}`);
  return method(value);
}

/** The numbers 0 to count-1, each in a frame; waits where the network does, and breathes now and then. */
async function stream(wire: Wire, sequence: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    wire.sendText(sequence, Kind.Item, String(i));
    if ((i & 255) !== 255) continue;
    wire.flush();
    if (wire.socket.writableNeedDrain) await Promise.race([once(wire.socket, "drain"), once(wire.socket, "close")]);
    else if ((i & 4095) === 4095) await breath();
    if (wire.socket.destroyed) return;
  }
  wire.sendText(sequence, Kind.End, "");
  wire.flush();
}

async function awaited(wire: Wire, sequence: number, name: string, value: unknown): Promise<void> {
  const result = await call(name, value);
  wire.sendText(sequence, Kind.Json, JSON.stringify(result));
}

function serve(socket: Socket): void {
  const wire = openWire(socket, (bytes, at, end) => {
    const sequence = bytes.readUInt32BE(at + 4);
    if (bytes[at + 8] === Kind.Bytes) {
      wire.sendBytes(sequence, Kind.Bytes, bytes.subarray(at + HEAD_BYTES, end));
      return;
    }
    const [name = "", value] = JSON.parse(bytes.toString("utf8", at + HEAD_BYTES, end)) as [string?, unknown?];
    if (name === "stream") void stream(wire, sequence, Number(value));
    else if (ABLATION === "async") void awaited(wire, sequence, name, value);
    else wire.sendText(sequence, Kind.Json, JSON.stringify(call(name, value)));
  });
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => wire.read(chunk.length, chunk));
}

const server = createServer({ noDelay: ABLATION !== "nagle" }, serve);
server.listen(0, "127.0.0.1", 1024, () => {
  console.log(`READY ${JSON.stringify({ port: (server.address() as AddressInfo).port })}`);
});
