import type { Location } from "../transport/location.ts";
import type { SessionSettings } from "./session-options.ts";

/** The parameters of one connection attempt of a proxy. */
export interface ConnectRequest {
  readonly location: Location;
  readonly objectId: string;
  readonly settings: SessionSettings;
  /** Milliseconds for each step, connect and handshake; 0: no limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The proxy's last sequence number. Numbers continue across its connections. */
  readonly lastSequence: number;
  readonly onClose: (error: Error | undefined) => void;
}
