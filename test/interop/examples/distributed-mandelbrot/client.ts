/** Draws the Mandelbrot set with all the workers that a name server knows: who is done gets the next line. */
import { locateNameServer, proxy } from "#pyro";
import type { Worker } from "./server.ts";

const [WIDTH, HEIGHT] = [64, 20];

await using names = await locateNameServer();
const found = await names.list({ prefix: "example.mandelbrot.worker" });
console.log(`${found.size} workers`);

const lines: string[] = [];
let next = found.size;

async function keepBusy(uri: string, first: number): Promise<number> {
  await using worker = proxy<Worker>(uri);
  let done = 0;
  for (let row = first; row < HEIGHT; row = next++) {
    const result = await worker.line(WIDTH, HEIGHT, row);
    lines[row] = result.text;
    done = result.done;
  }
  return done;
}

const done = await Promise.all([...found.values()].map(({ uri }, first) => keepBusy(uri, first)));
console.log(lines.join("\n"));
console.log(`${done.reduce((sum, one) => sum + one, 0)} lines, by all of them: ${done.every((one) => one > 0)}`);
