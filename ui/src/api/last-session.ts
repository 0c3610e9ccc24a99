/** Who was signed in on this device last: the page opens for them, too, while the server is away. */
import type { SessionView } from "./schema";

const KEY = "session";

/** Remember who is signed in, or that nobody is. Not the CSRF token: it comes anew with the server. */
export function rememberSession(session: SessionView): void {
  if (!session.user) {
    forgetSession();
    return;
  }
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...session, csrf: null }));
  } catch {
    // A browser that keeps nothing opens no page without its server.
  }
}

export function forgetSession(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing is kept here.
  }
}

/** Who was signed in when the server last said so; null: nobody. */
export function lastSession(): SessionView | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return isSession(kept) ? kept : null;
  } catch {
    return null;
  }
}

function isSession(kept: unknown): kept is SessionView {
  return typeof kept === "object" && kept !== null && "user" in kept && "version" in kept;
}
