import { type Contract, contract } from "../../../src/index.ts";

/** The object that is called, as both sides know it. */
export interface BenchObject {
  listContents(): string[];
  echo(value: unknown): unknown;
  stream(count: number): Iterator<number>;
}

export const benchContract: Contract<BenchObject> = contract<BenchObject>({
  methods: { listContents: "list_contents()", echo: "echo(v)", stream: "stream(n)" },
});
