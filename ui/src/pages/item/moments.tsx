/** The moments of recordings that speak of a title, each to be heard from that second. */
import { Plural, Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import type { ItemView } from "@/api/schema";
import { Quote } from "@/kit/quote";
import { Failed } from "@/kit/states";
import { clock } from "@/kit/words";
import { momentsQuery } from "./queries";

export function Moments({ item }: { item: ItemView }) {
  const moments = useQuery(momentsQuery(item.id));
  if (moments.error) return <Failed error={moments.error} onRetry={() => void moments.refetch()} />;
  if (!moments.data || moments.data.length === 0) return null;
  return (
    <section aria-labelledby="moments">
      <h2 id="moments" className="text-xl font-semibold">
        <Trans>Spoken of in your recordings</Trans>
      </h2>
      <p className="mt-0.5 text-sm text-muted">
        <Plural value={moments.data.length} one="In # place" other="In # places" />
      </p>
      <ol className="mt-4 flex flex-col gap-3">
        {moments.data.map((moment) => {
          const at = clock(moment.start_ms / 1000);
          return (
            <li key={`${moment.media_id}:${moment.start_ms}`}>
              <Link
                to="/archive/$id"
                params={{ id: String(moment.media_id) }}
                search={{ t: Math.floor(moment.start_ms / 1000) }}
                className="group flex gap-4 rounded-2xl border border-line bg-surface p-4 shadow-card transition-colors hover:border-strong-line"
              >
                <span className="grid size-10 shrink-0 place-items-center rounded-full bg-accent text-on-accent transition-transform group-hover:scale-105">
                  <Play aria-hidden className="size-4 fill-current" />
                  <span className="sr-only">
                    <Trans>Play</Trans>
                  </span>
                </span>
                <span className="min-w-0">
                  <span className="block font-serif text-lg leading-snug">
                    <Quote text={moment.text || moment.said} said={moment.said} />
                  </span>
                  <span className="tabular mt-1.5 block text-sm text-muted">
                    {at} · {moment.media_title}
                    {moment.speaker_name && ` · ${moment.speaker_name}`}
                  </span>
                </span>
              </Link>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
