/**
 * On an error reply of our daemons: the connection stays open. Python's daemons close it after a CommunicationError or
 * SecurityError (`Pyro5 5.15, server.py`, handleRequest) and never send this, so a client knows when to connect anew.
 */
export const KEEPS_CONNECTION = "KEEP";
