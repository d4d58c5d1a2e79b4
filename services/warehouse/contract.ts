import { type Contract, contract } from "#pyro";

/** The warehouse, as both sides know it. */
export interface Warehouse {
  /** All things, in the order in which they came. */
  listContents(): string[];
  /** Takes a thing out. Fails with Python's ValueError when it is not there. */
  take(visitor: string, thing: string): void;
  store(visitor: string, thing: string): void;
}

/** The same for the wire: the names and parameters of the tutorial's Python class. */
export const warehouseContract: Contract<Warehouse> = contract<Warehouse>({
  methods: { listContents: "list_contents()", take: "take(name, item)", store: "store(name, item)" },
});

export const WAREHOUSE_NAME = "example.warehouse";
