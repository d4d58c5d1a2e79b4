import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@nats-io/transport-node";
import { freePort } from "../../lib/free-port.ts";
import { LIST5 } from "../../lib/shapes.ts";

const SETTINGS = ["host: 127.0.0.1", "max_payload: 32MB", "max_pending: 256MB", 'write_deadline: "30s"'];

const port = await freePort();
const file = join(process.env.BENCH_TMP, `nats-${port}.conf`);
writeFileSync(file, [...SETTINGS, `port: ${port}`, ""].join("\n"));
const broker = spawn("nats-server", ["-c", file], { stdio: "ignore" });
process.on("SIGTERM", () => {
  broker.kill("SIGKILL");
  process.exit(0);
});

async function dial() {
  for (let tries = 0; ; tries++) {
    try {
      return await connect({ servers: `127.0.0.1:${port}`, noEcho: true });
    } catch (error) {
      if (tries === 100) throw error;
      await sleep(50);
    }
  }
}

const connection = await dial();
const serve = (subject, answer) => connection.subscribe(subject, { callback: (_error, message) => answer(message) });

serve("list", (message) => message.respond(JSON.stringify(LIST5)));
serve("echo", (message) => message.respond(message.data));
serve("nested", (message) => message.respond(JSON.stringify(JSON.parse(message.string()))));
serve("stream", async (message) => {
  const count = JSON.parse(message.string());
  for (let i = 0; i < count; i++) {
    connection.publish(message.reply, String(i));
    if ((i & 1023) === 1023) await connection.flush();
  }
  connection.publish(message.reply, "");
});
await connection.flush();
console.log(`READY ${JSON.stringify({ port, pids: [broker.pid] })}`);
