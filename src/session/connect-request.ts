import type { Location } from "../transport/location.ts";
import type { SessionSettings } from "./session-options.ts";

/** What differs from one connection of a proxy to the next. */
export interface ConnectRequest {
  readonly location: Location;
  readonly objectId: string;
  readonly settings: SessionSettings;
  /** Milliseconds for each step, connect and handshake; 0: no limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The proxy's last sequence number: numbers go on across its connections. */
  readonly lastSequence: number;
  readonly onClose: (error: Error | undefined) => void;
}
