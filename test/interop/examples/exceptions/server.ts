/** Fails in several ways: with Python's own exceptions, and with one of our own that both sides know. */
import { Daemon, expose, RemoteError, registerException, stopSignal } from "#pyro";

class OverdrawnError extends Error {
  override readonly name = "OverdrawnError";
}
registerException(OverdrawnError, { className: "bank.OverdrawnError" });

export class Bank {
  static {
    expose(this, { methods: { withdraw: "withdraw(amount)", share: "share(people)", account: "account(owner)" } });
  }

  withdraw(amount: number): number {
    if (amount > 100) throw new OverdrawnError(`there are only 100, not ${amount}`);
    return 100 - amount;
  }

  share(people: number): number {
    // JavaScript would say Infinity, Python raises.
    if (people === 0) throw new RemoteError("ZeroDivisionError", ["nobody to share with"]);
    return Math.floor(100 / people);
  }

  account(owner: string): number {
    if (owner !== "Ann") throw new RemoteError("KeyError", [owner]);
    return 1234;
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new Bank(), "example.bank")));
await stopSignal();
