/** Names that are the same in both versions of Pyro. */

/** The object that every daemon serves. */
export const DAEMON_OBJECT_ID = "Pyro.Daemon";
/** The object that a name server serves. */
export const NAME_SERVER_OBJECT_ID = "Pyro.NameServer";
/** The default handshake data of a client, and the default reply of a daemon. */
export const DEFAULT_HANDSHAKE = "hello";
/** The port of the name server. */
export const NAME_SERVER_PORT = 9090;
/** The method name of a batch of calls. */
export const BATCH_METHOD = "<batch>";
