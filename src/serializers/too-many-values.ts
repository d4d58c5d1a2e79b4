/** Why a payload is refused that holds more values than `limits.maxValues` allows. */
export function tooManyValues(maxValues: number): string {
  return `more than ${maxValues} values in one message (limits.maxValues)`;
}
