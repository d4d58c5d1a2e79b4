#!/usr/bin/env node
import { main } from "./tools/ping.ts";

process.exitCode = await main(process.argv.slice(2));
