#!/usr/bin/env node
import { quickStart } from "./quick-start.ts";

await quickStart(() => import("./tools/ns.ts"));
