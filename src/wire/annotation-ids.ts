/** Annotation ids with a defined meaning. Programs can use all other ids. */
export const AnnotationId = {
  /** The correlation id of a Pyro4 message, 16 bytes. Pyro5 has it in the header. */
  Correlation: "CORR",
  /** The signature of a Pyro4 message. */
  Hmac: "HMAC",
  /** On the reply of a method that returned an iterator: the stream's id. */
  Stream: "STRM",
  /** On a call with a serialized blob: `(info, object id, method)` in marshal. */
  Blob: "BLBI",
  /**
   * On an error reply of our daemons: the connection stays open. Python's daemons close it after a CommunicationError
   * or SecurityError (`Pyro5 5.15, server.py`, handleRequest) and never send this, so a client knows when to reconnect.
   */
  KeepsConnection: "KEEP",
} as const;
