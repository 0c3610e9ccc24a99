/** What sections of Settings are made of: panels, rows of facts, and a question before something goes. */
import { Trans } from "@lingui/react/macro";
import { type ReactElement, type ReactNode, useId, useState } from "react";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Dialog, DialogClose } from "@/kit/overlay";
import { Skeleton } from "@/kit/states";
import { sayError } from "@/kit/toasts";

type PanelProps = {
  title: string;
  /** What it is for, in a sentence. */
  says?: ReactNode;
  /** What stands at the end of its heading's line. */
  action?: ReactNode;
  isDanger?: boolean;
  children?: ReactNode;
};

export function Panel({ title, says, action, isDanger, children }: PanelProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={cn(
        "flex flex-col gap-5 rounded-3xl border bg-surface p-5 sm:p-7",
        isDanger ? "border-bad/40" : "border-line",
      )}
    >
      <header className="grid items-start justify-items-start gap-x-6 gap-y-4 sm:grid-cols-[minmax(0,1fr)_auto]">
        <div className="min-w-0 max-w-prose">
          <h2 id={id} className="text-xl font-semibold">
            {title}
          </h2>
          {says && <p className="mt-1 text-sm text-muted">{says}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}

/** Facts with their names, one a line. */
export function Facts({ facts }: { facts: readonly (readonly [name: ReactNode, value: ReactNode])[] }) {
  return (
    <dl className="divide-y divide-line">
      {facts.map(([name, value], at) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a fact is its place.
          key={at}
          className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 py-2.5 text-sm"
        >
          <dt className="text-muted">{name}</dt>
          <dd className="tabular text-right font-medium wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A share of something as a bar; its words stand beside it. */
export function Meter({
  parts,
  label,
}: {
  parts: readonly { share: number; className: string }[];
  label: string;
}) {
  return (
    <div role="img" aria-label={label} className="flex h-3 gap-px overflow-hidden rounded-full bg-sunken">
      {parts.map((part) => (
        <span
          key={part.className}
          className={part.className}
          style={{ width: `${Math.min(100, part.share * 100)}%` }}
        />
      ))}
    </div>
  );
}

/** A name of a setting or a command, to be copied. */
export function Code({ children }: { children: ReactNode }) {
  return <code className="rounded-md bg-sunken px-1.5 py-0.5 text-[0.85em] wrap-anywhere">{children}</code>;
}

const MARKS = {
  good: "bg-good/12 text-good",
  warn: "bg-warn/12 text-warn",
  bad: "bg-bad/12 text-bad",
  quiet: "bg-sunken text-muted",
} as const;

export function Mark({ look, children }: { look: keyof typeof MARKS; children: ReactNode }) {
  return (
    <span
      className={cn(
        "inline-flex items-center rounded-full px-2.5 py-0.5 text-xs font-medium whitespace-nowrap",
        MARKS[look],
      )}
    >
      {children}
    </span>
  );
}

type ConfirmProps = {
  trigger: ReactElement;
  title: string;
  description: string;
  /** What the button says that does it. */
  action: string;
  run: () => Promise<unknown>;
  children?: ReactNode;
};

/** Asks before something is done that cannot be undone. */
export function Confirm({ trigger, title, description, action, run, children }: ConfirmProps) {
  const [open, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      await run();
      setOpen(false);
    } catch (error) {
      sayError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} description={description} trigger={trigger} open={open} onOpenChange={setOpen}>
      {children}
      <div className="flex flex-wrap justify-end gap-2">
        <DialogClose asChild>
          <Button>
            <Trans>Keep it</Trans>
          </Button>
        </DialogClose>
        <Button look="danger" disabled={isBusy} onClick={() => void go()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}

/** A panel that loads. */
export function PanelSkeleton({ className = "h-64" }: { className?: string }) {
  return <Skeleton className={cn("rounded-3xl", className)} />;
}
