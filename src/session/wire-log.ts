/** Messages as lines of the log, in Pyro's words (`Pyro5 5.15, protocol.py`, log_wiredata). Only where LOGWIRE is on. */

import type { Environment } from "../base/environment.ts";
import { ByteSink } from "../bytes/byte-sink.ts";
import { correlationText } from "../diagnostics/correlation.ts";
import { logOf } from "../diagnostics/log.ts";
import { pyRepr } from "../values/py-repr.ts";
import type { Dialect, OutgoingMessage } from "../wire/dialect.ts";
import type { Message } from "../wire/message.ts";

const NAME = "pyro.wire";
const NO_ID = new Uint8Array(16);

interface LoggedMessage extends Pick<Message, "type" | "flags" | "serializerId" | "sequence"> {
  readonly annotations?: ReadonlyMap<string, Uint8Array> | undefined;
}

function lines(
  what: string,
  peer: string,
  message: LoggedMessage,
  id: Uint8Array | undefined,
  data: Uint8Array,
): string {
  const { type, flags, serializerId, sequence, annotations } = message;
  return (
    `${what} ${peer}: msgtype=${type} flags=0x${flags.toString(16)} ser=${serializerId} seq=${sequence} ` +
    `num_annotations=${annotations?.size ?? 0} corr_id=${correlationText(id ?? NO_ID)}\ndata=${pyRepr(data)}`
  );
}

/** A message that is about to be sent: its payload is written once more, for the log. */
export function logSent(environment: Environment, dialect: Dialect, message: OutgoingMessage, peer: string): void {
  logOf(environment).write("DEBUG", NAME, () => {
    const sink = new ByteSink();
    message.writePayload(sink);
    const { type, serializerId, sequence, annotations, correlationId } = message;
    const flags = message.flags | (correlationId === undefined ? 0 : dialect.flag.correlation);
    return lines("sending to", peer, { type, flags, serializerId, sequence, annotations }, correlationId, sink.take());
  });
}

/** A message that has come, its payload inflated. */
export function logReceived(environment: Environment, dialect: Dialect, message: Message, peer: string): void {
  logOf(environment).write("DEBUG", NAME, () =>
    lines("received from", peer, message, dialect.correlationOf(message), message.payload),
  );
}
