/** Sends along what is no argument: an annotation and a correlation id; and reads what comes with the reply. */

import { proxy, remote } from "#pyro";
import { locationText, type Reply } from "#pyro/client";
import { correlationText, newCorrelationId } from "#pyro/diagnostics";
import type { Mirror } from "./server.ts";

await using mirror = proxy<Mirror>(process.argv[2] ?? "");
const bare = await mirror.look();
console.log(`without a word: '${String(bare["word"])}', but with an id: ${String(bare["id"]).length > 0}`);
const here = remote(mirror).localAddress;
if (here === undefined) throw new Error("not connected");
console.log(`the client's address is ours: ${bare["client"] === locationText(here)}`);

const correlationId = newCorrelationId();
let reply: Reply | undefined;
const seen = await remote(mirror)
  .with({
    annotations: new Map([["WORD", new TextEncoder().encode("stressed")]]),
    correlationId,
    onReply: (one) => {
      reply = one;
    },
  })
  .look();
console.log(`the word: ${String(seen["word"])}`);
console.log(`our id over there: ${seen["id"] === correlationText(correlationId)}`);
console.log(`the annotation that came back: ${new TextDecoder().decode(reply?.annotations.get("BACK"))}`);

const ids = await mirror.seen();
console.log(`ids: ${ids.length}, all different: ${new Set(ids).size === ids.length}`);
