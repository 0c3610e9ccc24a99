/** What an address asks for counts only as far as its page understands it. */

/**
 * A `validateSearch` that leaves out what is not understood. The router merges what a route gives back over what the
 * address said, so that a parameter which is merely missing from it would come through as it was written.
 */
export function onlyUnderstood<Search extends object>(
  understand: (given: Record<string, unknown>) => Search,
) {
  return (given: Record<string, unknown>): Search => ({
    ...Object.fromEntries(Object.keys(given).map((name) => [name, undefined])),
    ...understand(given),
  });
}
