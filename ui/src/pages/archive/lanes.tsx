/** The lanes that work waits in: how much runs and waits in each, and pausing them. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Cpu, Layers, Pause, Play, TriangleAlert, Zap } from "lucide-react";
import type { ReactElement } from "react";
import { client, dataOf } from "@/api/client";
import type { Lane, Lanes as LanesView, LaneView } from "@/api/schema";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Failed, Skeleton } from "@/kit/states";
import { sayError } from "@/kit/toasts";
import { ago, number } from "@/kit/words";
import { lanesQuery } from "./queries";
import { LANE_NAMES } from "./states";

const ICONS: Record<Lane, ReactElement> = { interactive: <Zap />, bulk: <Layers />, heavy: <Cpu /> };

export function Lanes({ lanes, error }: { lanes: LanesView | undefined; error: unknown }) {
  if (error && !lanes) return <Failed error={error} />;
  return (
    <>
      {lanes?.workers === 0 && (
        <p
          role="status"
          className="flex items-start gap-3 rounded-2xl border border-warn/40 bg-surface px-4 py-3 text-sm"
        >
          <TriangleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-warn" />
          <Trans>
            No worker is running on the server, so everything waits. Whoever runs it can start one; what waits
            is then begun by itself.
          </Trans>
        </p>
      )}
      <ul className="grid gap-3 sm:grid-cols-3">
        {lanes
          ? lanes.items.map((lane) => <LaneCard key={lane.name} lane={lane} />)
          : ["a", "b", "c"].map((key) => <Skeleton key={key} className="h-18 rounded-2xl sm:h-42" />)}
      </ul>
    </>
  );
}

function LaneCard({ lane }: { lane: LaneView }) {
  const { t } = useLingui();
  const me = useMe();
  const queries = useQueryClient();
  const { name, about } = LANE_NAMES[lane.name];
  const isPaused = lane.paused_at !== null;
  const turn = async () => {
    const params = { path: { name: lane.name } };
    const before = queries.getQueryData(lanesQuery.queryKey);
    // Shown at once: workers notice within two seconds.
    queries.setQueryData(
      lanesQuery.queryKey,
      (now) =>
        now && {
          ...now,
          items: now.items.map((one) =>
            one.name === lane.name ? { ...one, paused_at: isPaused ? null : new Date().toISOString() } : one,
          ),
        },
    );
    try {
      const answer = isPaused
        ? await client.POST("/api/lanes/{name}/resume", { params })
        : await client.POST("/api/lanes/{name}/pause", { params });
      queries.setQueryData(lanesQuery.queryKey, dataOf(answer));
    } catch (error) {
      queries.setQueryData(lanesQuery.queryKey, before);
      sayError(error);
    }
  };
  return (
    <li
      className={cn(
        "flex flex-col rounded-2xl border border-line bg-surface p-4 max-sm:flex-row max-sm:items-center max-sm:gap-3 max-sm:py-3 sm:min-h-42",
        isPaused && "border-dashed border-strong-line bg-transparent",
      )}
    >
      <div className="flex items-center gap-2 max-sm:w-28">
        <span className={cn("text-accent [&_svg]:size-4.5", isPaused && "text-muted")}>
          {ICONS[lane.name]}
        </span>
        <h2 className="text-base font-semibold">{t(name)}</h2>
      </div>
      <p className="mt-1 text-sm text-muted max-sm:hidden">{t(about)}</p>
      <div className="flex items-end justify-between gap-2 max-sm:grow max-sm:items-center sm:mt-auto sm:pt-3">
        <p className="text-sm text-muted">
          <span className="font-display text-2xl font-semibold text-ink tabular">{number(lane.running)}</span>{" "}
          <Plural value={lane.running} one="at work" other="at work" />
          <br />
          {isPaused && lane.paused_at ? (
            t`Paused ${ago(lane.paused_at)}`
          ) : (
            <Plural value={lane.waiting} _0="none waiting" one="# waiting" other="# waiting" />
          )}
        </p>
        {me.role === "admin" && (
          <Button size="small" onClick={() => void turn()} aria-pressed={isPaused}>
            {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
            {isPaused ? t`Go on` : t`Pause`}
            <span className="sr-only">{t(name)}</span>
          </Button>
        )}
      </div>
    </li>
  );
}
