/** Two proxies of each class take turns in counting. */
import { proxy } from "#pyro";

interface Counter {
  next(): number;
}

const [shared = "", own = "", fresh = ""] = process.argv.slice(2);
for (const [what, uri] of [
  ["shared by all", shared],
  ["one a connection", own],
  ["one a call", fresh],
] as const) {
  await using ann = proxy<Counter>(uri);
  await using bob = proxy<Counter>(uri);
  for (let turn = 1; turn <= 2; turn++) {
    console.log(`${what}: Ann counts ${await ann.next()}, Bob counts ${await bob.next()}`);
  }
}
