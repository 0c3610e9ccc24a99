/** The ways from the archive to its jobs, its open questions and its trash, with what waits there. */
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { Activity, AudioLines, CopyCheck, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useLiveJobs } from "@/api/live-jobs";
import { number } from "@/kit/words";
import { usageQuery } from "./queries";
import { isEnded } from "./states";

export function Places() {
  const { t } = useLingui();
  const usage = useQuery(usageQuery);
  const { jobs } = useLiveJobs();
  const going = [...jobs.values()].filter((job) => !isEnded(job.state)).length;
  return (
    <nav
      aria-label={t`Parts of the archive`}
      className="-mx-1 flex max-w-full gap-1 overflow-x-auto px-1 py-1"
    >
      <Way to="/archive" icon={<AudioLines aria-hidden />} name={t`Recordings`} />
      <Way to="/archive/jobs" icon={<Activity aria-hidden />} name={t`Work`} count={going} isLively />
      <Way
        to="/archive/duplicates"
        icon={<CopyCheck aria-hidden />}
        name={t`Duplicates`}
        count={usage.data?.pairs ?? 0}
        isLively
      />
      <Way
        to="/archive/trash"
        icon={<Trash2 aria-hidden />}
        name={t`Trash`}
        count={usage.data?.in_trash ?? 0}
      />
    </nav>
  );
}

function Way({
  to,
  icon,
  name,
  count = 0,
  isLively,
}: {
  to: LinkProps["to"] & string;
  icon: ReactNode;
  name: string;
  count?: number;
  isLively?: boolean;
}) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: true, includeSearch: false }}
      className="inline-flex h-9 shrink-0 items-center gap-1.5 rounded-xl px-3 text-sm text-muted transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-surface aria-[current=page]:font-semibold aria-[current=page]:text-ink aria-[current=page]:shadow-card max-sm:px-2.5 [&_svg]:size-4 max-sm:[&_svg]:hidden"
    >
      {icon}
      {name}
      {count > 0 && (
        <span
          className={
            isLively
              ? "rounded-full bg-accent px-1.5 text-xs font-semibold text-on-accent tabular"
              : "rounded-full bg-sunken px-1.5 text-xs tabular"
          }
        >
          {number(count)}
        </span>
      )}
    </Link>
  );
}
