/** What the person's rows call a title, and the way to say that they mean another one. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeftRight } from "lucide-react";
import { useState } from "react";
import type { ItemView, MatchView } from "@/api/schema";
import { Button } from "@/kit/button";
import { KIND_NAMES } from "@/kit/kinds";
import { sourceName } from "@/kit/source-names";
import { list, percent } from "@/kit/words";
import { AnotherTitle, useTakeBack } from "./another-title";
import { matchesQuery } from "./queries";

export function Matches({ item }: { item: ItemView }) {
  const matches = useQuery(matchesQuery(item.id));
  const [changed, setChanged] = useState<MatchView>();
  if (!matches.data || matches.data.length === 0) return null;
  return (
    <section aria-labelledby="matches">
      <h2 id="matches" className="text-xl font-semibold">
        <Trans>What your files call it</Trans>
      </h2>
      <ul className="mt-3 flex flex-col gap-3">
        {matches.data.map((match) => (
          <li key={match.id} className="rounded-2xl border border-line bg-surface p-4">
            <One match={match} onChange={() => setChanged(match)} />
          </li>
        ))}
      </ul>
      {changed && <AnotherTitle item={item} match={changed} onClose={() => setChanged(undefined)} />}
    </section>
  );
}

function One({ match, onChange }: { match: MatchView; onChange: () => void }) {
  const { t } = useLingui();
  const takeBack = useTakeBack();
  const { says } = match;
  const files = list([...new Set(match.batches.map((batch) => sourceName(batch.source)))]);
  return (
    <>
      <p className="font-medium wrap-anywhere">
        “{says.title}”
        <span className="font-normal text-muted">
          {" "}
          {[t(KIND_NAMES[says.kind]), says.year].filter(Boolean).join(", ")}
        </span>
      </p>
      <p className="mt-0.5 text-sm text-muted">
        <Plural value={match.records} one="# row" other="# rows" />
        {files && (
          <>
            {" "}
            <Trans>from {files}</Trans>
          </>
        )}
        {" · "}
        <WhoSaysSo match={match} />
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        {match.is_question ? (
          <Button size="small" asChild>
            <Link to="/review">
              <Trans>Answer the question</Trans>
            </Link>
          </Button>
        ) : (
          <Button size="small" onClick={onChange}>
            <ArrowLeftRight aria-hidden />
            <Trans>It is another title</Trans>
          </Button>
        )}
        {match.is_yours && (
          <Button size="small" look="quiet" onClick={() => takeBack(match.id)}>
            <Trans>Take your answer back</Trans>
          </Button>
        )}
      </div>
    </>
  );
}

function WhoSaysSo({ match }: { match: MatchView }) {
  if (match.is_question) return <Trans>nobody is sure yet</Trans>;
  if (match.by === "person") return <Trans>you said that it is this one</Trans>;
  if (match.score == null) return <Trans>in no catalogue</Trans>;
  const sure = percent(match.score);
  return <Trans>taken for this one, {sure} sure</Trans>;
}
