/** What the server's exceptions are here: errors of the class that was registered, or RemoteErrors that tell all. */
import { AttributeError, proxy, RemoteError, registerException } from "#pyro";
import type { Bank } from "./server.ts";

class OverdrawnError extends Error {
  override readonly name = "OverdrawnError";
  readonly remoteTraceback: string | undefined;
}
registerException(OverdrawnError, { className: "bank.OverdrawnError" });

const uri = process.argv[2] ?? "";
await using bank = proxy<Bank>(uri);
console.log(`30 of 100: ${await bank.withdraw(30)} are left`);

await bank.withdraw(500).catch((error: unknown) => {
  if (!(error instanceof OverdrawnError)) throw error;
  console.log(`our own: ${error.name}: ${error.message}`);
  console.log(`its traceback leads to withdraw: ${error.remoteTraceback?.includes("withdraw") === true}`);
});

await bank.share(0).catch((error: unknown) => {
  if (!(error instanceof RemoteError)) throw error;
  console.log(`Python's: ${error.name}: ${error.message}`);
  console.log(`an ArithmeticError: ${error.is("ArithmeticError")}`);
});

await bank.account("Bob").catch((error: unknown) => {
  if (!(error instanceof RemoteError)) throw error;
  console.log(`a KeyError for: ${String(error.remoteArgs[0])}`);
});

await using untyped = proxy(uri);
await untyped.rob().catch((error: unknown) => {
  if (!(error instanceof AttributeError)) throw error;
  console.log("not exposed: AttributeError");
});

console.log(`still in business: ${await bank.account("Ann")}`);
