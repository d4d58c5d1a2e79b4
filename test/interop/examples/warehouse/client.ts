/** Janet and Henry visit the warehouse, which they find by its name. */
import { contract, proxy, type Remote, RemoteError } from "#pyro";
import type { Warehouse } from "./server.ts";

const names = contract<Warehouse>({
  methods: { listContents: "list_contents()", take: "take(name, item)", store: "store(name, item)" },
});

async function visit(warehouse: Remote<Warehouse>, name: string, brought: string, wanted: string): Promise<void> {
  console.log(`This is ${name}.`);
  console.log(`The warehouse contains: ${(await warehouse.listContents()).join(", ")}`);
  await warehouse.store(name, brought);
  try {
    await warehouse.take(name, wanted);
    console.log(`${name} leaves the ${brought} and has the ${wanted}.`);
  } catch (error) {
    if (!(error instanceof RemoteError && error.is("ValueError"))) throw error;
    console.log(`${name} leaves the ${brought}, but ${error.message}.`);
  }
}

await using warehouse = proxy("PYRONAME:example.warehouse", names);
await visit(warehouse, "Janet", "television", "couch");
await visit(warehouse, "Henry", "bricks", "bike");
console.log(`In the end: ${(await warehouse.listContents()).join(", ")}`);
