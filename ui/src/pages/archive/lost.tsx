/** What is said while nothing is heard of what goes on: what is shown may be old. */
import { Trans } from "@lingui/react/macro";
import { Button } from "@/kit/button";

export function Lost({ onRetry }: { onRetry: () => void }) {
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-between gap-3 rounded-2xl border border-line bg-sunken px-4 py-2.5 text-sm"
    >
      <span className="flex items-center gap-2">
        <span aria-hidden className="size-2 shrink-0 animate-pulse rounded-full bg-warn" />
        <Trans>The connection is lost; trying again. What you see may be a little old.</Trans>
      </span>
      <Button size="small" onClick={onRetry}>
        <Trans>Now</Trans>
      </Button>
    </div>
  );
}
