#!/usr/bin/env node
import { main } from "./tools/nsc.ts";

process.exitCode = await main(process.argv.slice(2));
