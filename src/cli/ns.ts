#!/usr/bin/env node
import { main } from "./tools/ns.ts";

process.exitCode = await main(process.argv.slice(2));
