/** What a place shows that has nothing to show: not yet, nothing, or something went wrong. */
import { Trans, useLingui } from "@lingui/react/macro";
import { CircleAlert, RotateCcw, Unplug } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { ApiProblem, Unreachable } from "@/api/client";
import { Button } from "./button";
import { cn } from "./classes";

/** The place of something that loads, of exactly its size. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("sheen rounded-lg", className)} />;
}

type EmptyProps = {
  icon?: ReactElement;
  title: string;
  /** What to do about it. */
  children?: ReactNode;
  action?: ReactNode;
  /** What the title is: "h1" where nothing else stands on the page. */
  heading?: "h1" | "h2";
  className?: string;
};

export function Empty({ icon, title, children, action, heading: Heading = "h2", className }: EmptyProps) {
  return (
    <div
      className={cn("mx-auto flex max-w-md flex-col items-center gap-3 px-4 py-16 text-center", className)}
    >
      {icon && (
        <div className="grid size-14 place-items-center rounded-2xl bg-accent-soft text-accent [&_svg]:size-7">
          {icon}
        </div>
      )}
      <Heading className="text-xl font-semibold">{title}</Heading>
      {children && <p className="text-muted">{children}</p>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** What went wrong in words of the API, and the way out. */
export function Failed({
  error,
  onRetry,
  className,
}: {
  error: unknown;
  onRetry?: () => void;
  className?: string;
}) {
  const { t } = useLingui();
  const away = error instanceof Unreachable;
  const title = away
    ? t`The server does not answer`
    : error instanceof ApiProblem
      ? (error.problem.title ?? t`This did not work`)
      : t`Something broke on this page`;
  const detail = away
    ? t`It may be restarting, or the network is gone. What you see stays as it is.`
    : error instanceof ApiProblem
      ? error.message
      : t`Load the page again. If it happens once more, tell the administrator what you did.`;
  return (
    <div
      role="alert"
      className={cn(
        "mx-auto flex max-w-lg items-start gap-4 rounded-2xl border border-line bg-surface p-5",
        className,
      )}
    >
      {away ? (
        <Unplug aria-hidden className="mt-1 size-5 shrink-0 text-bad" />
      ) : (
        <CircleAlert aria-hidden className="mt-1 size-5 shrink-0 text-bad" />
      )}
      <div className="grow">
        <p className="font-medium">{title}</p>
        <p className="mt-1 text-sm text-muted">{detail}</p>
        {onRetry && (
          <Button size="small" className="mt-3" onClick={onRetry}>
            <RotateCcw aria-hidden />
            <Trans>Try again</Trans>
          </Button>
        )}
      </div>
    </div>
  );
}
