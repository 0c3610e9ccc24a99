/** The first rows of a file as they are understood: the title, what was done with it, and when. */
import { Trans, useLingui } from "@lingui/react/macro";
import type { EventExample, RecordExample, WorkView } from "@/api/schema";
import { KIND_ICONS, KIND_NAMES } from "@/kit/kinds";
import { Stars } from "@/kit/rating";
import { bareDay, moment, number } from "@/kit/words";
import { EVENT_NAMES } from "./events";

const MOST = 6;

export function Examples({ records }: { records: readonly RecordExample[] }) {
  const { t } = useLingui();
  return (
    <div className="overflow-hidden rounded-xl border border-line">
      <table className="w-full table-fixed text-sm">
        <caption className="border-b border-line bg-sunken px-3 py-2 text-left text-xs font-medium text-muted">
          <Trans>The first rows, as they are understood</Trans>
        </caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">{t`Title`}</th>
            <th scope="col">{t`What you did`}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {records.slice(0, MOST).map((record) => (
            <tr key={record.where}>
              <td className="py-2 pl-3" title={record.where}>
                {record.work ? (
                  <Title work={record.work} />
                ) : (
                  <span className="text-muted">
                    <Trans>About no title</Trans>
                  </span>
                )}
              </td>
              <td className="w-[44%] py-2 pr-3 text-right text-muted sm:w-1/2">
                {record.events.map((event) => (
                  <Done key={`${event.kind}:${event.at ?? ""}`} event={event} />
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Title({ work }: { work: WorkView }) {
  const { t } = useLingui();
  const Icon = KIND_ICONS[work.kind];
  // Books have a series, too, but are called by their own title.
  const series = work.kind === "episode" ? work.series_title : null;
  const place = [
    work.season != null ? t`S${number(work.season)}` : work.season_title,
    work.episode != null ? t`E${number(work.episode)}` : null,
  ].filter(Boolean);
  return (
    <span className="flex items-center gap-2">
      <Icon aria-label={t(KIND_NAMES[work.kind])} className="size-4 shrink-0 text-muted" />
      <span className="min-w-0">
        <span className="block truncate font-medium">{series ?? work.title}</span>
        {(series || work.year) && (
          <span className="block truncate text-xs text-muted">
            {series ? [...place, work.title].filter(Boolean).join(" · ") : String(work.year)}
          </span>
        )}
      </span>
    </span>
  );
}

function Done({ event }: { event: EventExample }) {
  const { t } = useLingui();
  return (
    <span className="flex flex-wrap items-center justify-end gap-x-2">
      {event.kind === "rated" && event.value !== null ? (
        <Stars value={event.value} />
      ) : (
        t(EVENT_NAMES[event.kind])
      )}
      {event.at && <span className="tabular">{when(event.at)}</span>}
    </span>
  );
}

/** Midnight UTC to the second is a day of which nobody knows the moment. */
function when(at: string): string {
  return /T00:00:00(\.0+)?(Z|\+00:00)$/.test(at) ? bareDay(at) : moment(at);
}
