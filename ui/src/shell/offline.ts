/** The page as an app: kept for when the network is gone, and told when a newer one is there. */
import { t } from "@lingui/core/macro";
import { say } from "@/kit/toasts";

/** So often at most is it asked whether there is a newer page. */
const EVERY_MS = 10 * 60_000;

let mine: string | null = null;
let lookedAt = 0;

/** Keep the page, and look out for a newer one whenever somebody comes back to it. */
export function keepPage(): void {
  if (!import.meta.env.PROD) return;
  // A browser keeps pages of secure addresses alone; elsewhere the page works while there is a network.
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  void look();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void look();
  });
}

async function look(): Promise<void> {
  if (Date.now() - lookedAt < EVERY_MS) return;
  lookedAt = Date.now();
  const newest = await built();
  if (newest === null) return;
  mine ??= newest;
  if (newest !== mine)
    say(t`There is a newer version of this page.`, {
      action: { label: t`Load it`, run: () => window.location.reload() },
    });
}

/** Which page the server has, by what it is made of; null: it does not say. */
async function built(): Promise<string | null> {
  try {
    const answer = await fetch("/", { method: "HEAD", cache: "no-store" });
    return answer.headers.get("etag")?.match(/[0-9a-f]{16,}/)?.[0] ?? null;
  } catch {
    return null;
  }
}
