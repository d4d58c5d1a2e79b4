/** Node's TLS, loaded on first use. Loading takes 10 ms, a third of the start time of a program without TLS. */
export function nodeTls(): typeof import("node:tls") {
  return process.getBuiltinModule("node:tls");
}
