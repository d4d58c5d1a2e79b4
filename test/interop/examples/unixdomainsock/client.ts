/** Talks to a daemon on a Unix socket: only the URI is another one. */
import { statSync } from "node:fs";
import { proxy, URI } from "#pyro";
import type { Postbox } from "./server.ts";

const uri = URI.parse(process.argv[2] ?? "");
const { sockname } = uri;
if (sockname === null) throw new Error(`${uri} is not of a Unix socket`);
console.log(`the file is a socket: ${statSync(sockname).isSocket()}`);

await using postbox = proxy<Postbox>(uri);
console.log(`letters: ${await postbox.post("Dear Bob")}`);
console.log(`letters: ${await postbox.post("Dear Ann")}`);
console.log(`they are: ${(await postbox.letters()).join(", ")}`);
