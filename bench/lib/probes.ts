/** Ask a program that was just started until it answers: each probe ends with the first full answer. */
import { Buffer } from "node:buffer";
import { connect } from "node:net";

export type ProbeName = "echo" | "http" | "pyro4" | "pyro5";

/** Connects to the port until it answers, at most until `deadline` (as `performance.now()` counts). */
export type Probe = (port: number, deadline: number) => Promise<void>;

/** Sends the first message, and the next one whenever `whole` says that an answer is complete. */
function exchange(messages: readonly Buffer[], whole: (answer: Buffer) => boolean): Probe {
  return (port, deadline) =>
    new Promise((resolve, reject) => {
      const attempt = (): void => {
        if (performance.now() > deadline) {
          reject(new Error("it never answered"));
          return;
        }
        const socket = connect({ port, host: "127.0.0.1", noDelay: true });
        let answer = Buffer.alloc(0);
        let step = 0;
        const next = (): void => {
          const message = messages[step++];
          if (message !== undefined) {
            socket.write(message);
            return;
          }
          socket.destroy();
          resolve();
        };
        socket.on("connect", next);
        socket.on("data", (chunk: Buffer) => {
          answer = Buffer.concat([answer, chunk]);
          if (!whole(answer)) return;
          answer = Buffer.alloc(0);
          next();
        });
        socket.on("error", () => {
          socket.destroy();
          setTimeout(attempt, 1);
        });
      };
      attempt();
    });
}

const CONNECT = 1;
const INVOKE = 4;
const CALLS = [
  [CONNECT, "{'handshake':'hello','object':'Pyro.NameServer'}"],
  [INVOKE, "('Pyro.NameServer','ping',(),{})"],
] as const;

function serpent(text: string): Buffer {
  return Buffer.from(`# serpent utf-8 python3.2\n${text}`);
}

/** A message of Pyro5, protocol 502: a header of 40 bytes. */
function pyro5(type: number, sequence: number, text: string): Buffer {
  const body = serpent(text);
  const header = Buffer.alloc(40);
  header.write("PYRO");
  header.writeUInt16BE(502, 4);
  header[6] = type;
  header[7] = 1; // serpent
  header.writeUInt16BE(sequence, 10);
  header.writeUInt32BE(body.length, 12);
  header.writeUInt16BE(0x4dc5, 38);
  return Buffer.concat([header, body]);
}

/** A message of Pyro4, protocol 48: a header of 24 bytes with a sum at its end. */
function pyro4(type: number, sequence: number, text: string): Buffer {
  const body = serpent(text);
  const header = Buffer.alloc(24);
  header.write("PYRO");
  header.writeUInt16BE(48, 4);
  header.writeUInt16BE(type, 6);
  header.writeUInt16BE(sequence, 10);
  header.writeUInt32BE(body.length, 12);
  header.writeUInt16BE(1, 16); // serpent
  header.writeUInt16BE((type + 48 + body.length + 1 + sequence + 0x34e9) & 0xffff, 22);
  return Buffer.concat([header, body]);
}

export const probes: Readonly<Record<ProbeName, Probe>> = {
  echo: exchange([Buffer.from("ping")], (answer) => answer.length >= 4),
  http: exchange([Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")], (answer) => answer.includes("ok")),
  pyro5: exchange(
    CALLS.map(([type, text], sequence) => pyro5(type, sequence, text)),
    (answer) => answer.length >= 40 && answer.length >= 40 + answer.readUInt32BE(12) + answer.readUInt32BE(16),
  ),
  pyro4: exchange(
    CALLS.map(([type, text], sequence) => pyro4(type, sequence, text)),
    (answer) => answer.length >= 24 && answer.length >= 24 + answer.readUInt32BE(12) + answer.readUInt16BE(18),
  ),
};
