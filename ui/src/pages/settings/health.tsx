/** Whether everything is well, part by part, with how to mend what is not; for administrators. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleDot, CircleX, RotateCcw } from "lucide-react";
import { client, dataOf } from "@/api/client";
import type { Checks, CheckView } from "@/api/schema";
import { Button } from "@/kit/button";
import { Failed, Skeleton } from "@/kit/states";
import { ago, number } from "@/kit/words";
import { Code, Panel } from "./parts";

export default function Health() {
  const { t } = useLingui();
  const checks = useQuery({
    queryKey: ["checks"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/checks", { signal })),
    staleTime: 60_000,
  });
  const failing = checks.data?.items.filter((one) => one.state === "fails").length ?? 0;
  return (
    <Panel
      title={
        checks.data
          ? checks.data.is_well
            ? t`Everything is well`
            : t`Something needs you`
          : t`Looking at every part`
      }
      says={
        checks.data ? (
          <>
            {failing > 0 && (
              <>
                <Plural value={failing} one="# part fails." other="# parts fail." />{" "}
              </>
            )}
            <Trans>
              Looked at {ago(checks.data.checked_at)}, in{" "}
              {number(checks.data.seconds, { maximumFractionDigits: 1 })} seconds.
            </Trans>
          </>
        ) : (
          <Trans>Models are loaded to see whether they answer; that takes some seconds.</Trans>
        )
      }
      action={
        <div className="flex gap-2">
          <Button size="small" asChild>
            <Link to="/archive/jobs">
              <Trans>Background work</Trans>
            </Link>
          </Button>
          <Button size="small" disabled={checks.isFetching} onClick={() => void checks.refetch()}>
            <RotateCcw aria-hidden />
            <Trans>Look again</Trans>
          </Button>
        </div>
      }
    >
      {checks.error ? (
        <Failed error={checks.error} onRetry={() => void checks.refetch()} />
      ) : checks.data ? (
        <Parts checks={checks.data} />
      ) : (
        <div className="flex flex-col gap-3">
          {Array.from({ length: 12 }, (_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike.
            <Skeleton key={at} className="h-8" />
          ))}
        </div>
      )}
    </Panel>
  );
}

const ORDER: Record<CheckView["state"], number> = { fails: 0, note: 1, fine: 2 };

function Parts({ checks }: { checks: Checks }) {
  const parts = checks.items.toSorted((a, b) => ORDER[a.state] - ORDER[b.state]);
  return (
    <ul className="-my-3 divide-y divide-line">
      {parts.map((part) => (
        <li
          key={part.part}
          className="grid grid-cols-[1.5rem_minmax(0,1fr)] gap-x-2 py-3 sm:grid-cols-[1.5rem_11rem_minmax(0,1fr)]"
        >
          <Sign state={part.state} />
          <p className="font-medium first-letter:uppercase">{part.part}</p>
          <div className="col-start-2 text-sm sm:col-start-3">
            <p className="wrap-anywhere text-muted">{part.said}</p>
            {part.mend && (
              <p className="mt-1 wrap-anywhere">
                → <Code>{part.mend}</Code>
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Sign({ state }: { state: CheckView["state"] }) {
  const { t } = useLingui();
  const [Icon, look, word] = {
    fine: [CircleCheck, "text-good", t`Fine`] as const,
    note: [CircleDot, "text-warn", t`Worth knowing`] as const,
    fails: [CircleX, "text-bad", t`Fails`] as const,
  }[state];
  return (
    <span className="pt-0.5">
      <Icon aria-hidden className={`size-4.5 ${look}`} />
      <span className="sr-only">{word}</span>
    </span>
  );
}
