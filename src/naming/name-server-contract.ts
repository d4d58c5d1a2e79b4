import { type Contract, contract } from "../contract/contract.ts";
import type { URI } from "../values/uri.ts";

/** Tags of a registration as they travel: a list in Pyro4, a set in Pyro5 (an empty one is `()`). */
export type Tags = Iterable<string>;

/** What `list` and its kin answer: name to URI text, or to a tuple of it and the tags. */
export type Listing = Map<string, string | readonly [string, Tags]>;

/** The name server's methods as they are called over the wire, both versions' together. */
export interface NameServerMethods {
  count(): number;
  lookup(name: string, returnMetadata?: boolean): URI | readonly [URI, Tags];
  register(name: string, uri: string | URI, safe?: boolean, metadata?: Tags | null): void;
  setMetadata(name: string, metadata: Tags): void;
  remove(name?: string | null, prefix?: string | null, regex?: string | null): number | Promise<number>;
  /** Pyro5 sends `returnMetadata` in third place, where Pyro4 has its metadata filters. */
  list(
    prefix?: string | null,
    regex?: string | null,
    third?: Tags | boolean | null,
    metadataAny?: Tags | null,
    returnMetadata?: boolean,
  ): Listing | Promise<Listing>;
  yplookup(metaAll?: Tags | null, metaAny?: Tags | null, returnMetadata?: boolean): Listing;
  ping(): void;
}

/** `Pyro4 4.82, naming.py` and `Pyro5 5.15, nameserver.py` in one. */
export const nameServerContract: Contract<NameServerMethods> = contract<NameServerMethods>({
  methods: {
    count: "count()",
    lookup: "lookup(name, return_metadata=False)",
    register: "register(name, uri, safe=False, metadata=None)",
    setMetadata: "set_metadata(name, metadata)",
    remove: "remove(name=None, prefix=None, regex=None)",
    list: "list(prefix=None, regex=None, metadata_all=None, metadata_any=None, return_metadata=False)",
    yplookup: "yplookup(meta_all=None, meta_any=None, return_metadata=True)",
    ping: "ping()",
  },
});
