import { type Contract, contract } from "#pyro";

/** The warehouse's interface, shared by client and server. */
export interface Warehouse {
  /** All things, in the order in which they were stored. */
  listContents(): string[];
  /** Removes a thing. Fails with Python's ValueError if it is not in the warehouse. */
  take(visitor: string, thing: string): void;
  store(visitor: string, thing: string): void;
}

/** The remote names and parameters, as in the tutorial's Python class. */
export const warehouseContract: Contract<Warehouse> = contract<Warehouse>({
  methods: { listContents: "list_contents()", take: "take(name, item)", store: "store(name, item)" },
});

export const WAREHOUSE_NAME = "example.warehouse";
