/** What other apps share, understood. */

/** The first link among what an app says; some say it as the text, some as the title. */
export function linkIn(shared: Readonly<Record<string, unknown>>): string | undefined {
  for (const part of [shared.url, shared.text, shared.title]) {
    const link = typeof part === "string" ? part.match(/https?:\/\/\S+/i)?.[0] : undefined;
    if (link) return link.replace(/[)\]}>"'.,;!?]+$/, "");
  }
  return undefined;
}
