/** Which Pyro: its protocol, its class names, its ways. */
export type PyroVersion = 4 | 5;
