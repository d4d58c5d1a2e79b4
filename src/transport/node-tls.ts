/**
 * Node's TLS, loaded when it is first used: it takes 10 ms, a third of what a program without TLS needs to start.
 */
export function nodeTls(): typeof import("node:tls") {
  return process.getBuiltinModule("node:tls");
}
