/** The document's title: what the page is, then whose. */
import { useEffect } from "react";

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Mediatheque` : "Mediatheque";
  }, [title]);
}
