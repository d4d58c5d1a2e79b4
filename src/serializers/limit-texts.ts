/** Error text for a payload with more values than `limits.maxValues`. */
export function tooManyValues(maxValues: number): string {
  return `more than ${maxValues} values in one message (limits.maxValues)`;
}

/** Error text for values that are nested deeper than `limits.maxDepth`. */
export function tooDeep(maxDepth: number): string {
  return `nesting depth exceeds ${maxDepth} (limits.maxDepth)`;
}
