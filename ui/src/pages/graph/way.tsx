/** How two things hang together: the most telling ways in sentences, and all of them in one picture. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowRight, Route } from "lucide-react";
import { Fragment, useMemo, useState } from "react";
import type { PathView } from "@/api/schema";
import { useMe } from "@/api/session";
import { cn } from "@/kit/classes";
import { Empty, Failed, Skeleton } from "@/kit/states";
import type { Dot, Line } from "./drawing";
import { pathsQuery } from "./queries";
import { graphRoute } from "./routes";
import { Stage } from "./stage";
import { ThingChip } from "./thing-chip";
import { Two } from "./two";

export function Way() {
  const { t } = useLingui();
  const me = useMe();
  const search = graphRoute.useSearch();
  const navigate = useNavigate({ from: "/graph" });
  // Asked how to get to one thing, the way begins at whoever asks.
  const from =
    search.to === undefined && search.node && search.node !== `user:${me.id}` ? `user:${me.id}` : search.node;
  const to = search.to ?? (from === search.node ? undefined : search.node);
  const isWhole = from !== undefined && to !== undefined && from !== to;
  const { data, error, refetch } = useQuery({ ...pathsQuery(from ?? "", to ?? ""), enabled: isWhole });
  const [pointed, setPointed] = useState<number | null>(null);
  const [focus, setFocus] = useState<string | null>(null);
  const shown = useMemo(() => {
    const paths = data?.paths ?? [];
    const one = pointed === null ? undefined : paths[pointed];
    return pictureOf(one ? [one] : paths);
  }, [data, pointed]);
  const change = (a: string | undefined, b: string | undefined) =>
    void navigate({
      search: () => ({ mode: "path" as const, ...(a ? { node: a } : {}), ...(b ? { to: b } : {}) }),
      replace: true,
    });
  return (
    <div className="flex flex-col gap-4">
      <Two
        a={from}
        b={to}
        labels={[t`From: a title, a person, you …`, t`To: a title, a person, a genre …`]}
        onChange={change}
      />
      {!isWhole && (
        <Empty icon={<Route aria-hidden />} title={t`How do they hang together?`}>
          <Trans>
            Choose two things: two titles, a person and a book, or you and anything. The ways between them are
            told in sentences.
          </Trans>
        </Empty>
      )}
      {isWhole && error && <Failed error={error} onRetry={() => void refetch()} />}
      {isWhole && !error && !data && <Skeleton className="h-80 rounded-2xl" />}
      {isWhole && data?.paths.length === 0 && (
        <Empty icon={<Route aria-hidden />} title={t`No way leads from one to the other`}>
          <Trans>Nothing that you may see connects them within six steps.</Trans>
        </Empty>
      )}
      {isWhole && data && data.paths.length > 0 && (
        <div className="flex flex-col gap-4">
          <Stage
            label={t`The ways as a picture`}
            dots={shown.dots}
            lines={shown.lines}
            focus={focus}
            onFocus={setFocus}
            onOpen={(node) => void navigate({ search: () => ({ node }) })}
            className="h-96"
          />
          <ol className="grid gap-3 xl:grid-cols-2">
            {data.paths.map((path, at) => (
              <li key={path.sentence}>
                <Told
                  path={path}
                  isPointed={pointed === at}
                  onPoint={(isPointed) => setPointed(isPointed ? at : null)}
                />
              </li>
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}

type ToldProps = { path: PathView; isPointed: boolean; onPoint: (isPointed: boolean) => void };

/** One way: its sentence, and the things along it. */
function Told({ path, isPointed, onPoint }: ToldProps) {
  const { t } = useLingui();
  const navigate = useNavigate({ from: "/graph" });
  return (
    <article
      className={cn(
        "rounded-2xl border border-line bg-surface p-4 transition-colors",
        isPointed && "border-accent",
      )}
    >
      <p className="text-pretty">{path.sentence}</p>
      <div className="mt-3 flex flex-wrap items-center gap-1.5">
        {path.things.map((thing, at) => (
          <Fragment key={thing.node}>
            {at > 0 && <ArrowRight aria-hidden className="size-3.5 text-muted" />}
            <ThingChip
              thing={thing.is_you ? { ...thing, name: t`You` } : thing}
              onPick={() => void navigate({ search: () => ({ node: thing.node }) })}
            />
          </Fragment>
        ))}
      </div>
      <button
        type="button"
        aria-pressed={isPointed}
        onClick={() => onPoint(!isPointed)}
        className="mt-3 rounded text-sm font-medium text-accent hover:underline"
      >
        {isPointed ? t`Show all ways in the picture` : t`Show this way alone in the picture`}
      </button>
    </article>
  );
}

/** The things of several ways, once each: every way a row from the left to the right. */
function pictureOf(paths: readonly PathView[]): { dots: Dot[]; lines: Line[] } {
  const dots = new Map<string, Dot>();
  const lines = new Map<string, Line>();
  // Three times as wide as it is high, for names stand side by side.
  const width = Math.max(paths.length - 1, 2) * 3;
  paths.forEach((path, row) => {
    const last = path.things.length - 1;
    path.things.forEach((thing, at) => {
      if (dots.has(thing.node)) return;
      const isEnd = at === 0 || at === last;
      const height = isEnd ? 0 : (paths.length - 1) / 2 - row;
      dots.set(thing.node, {
        node: thing.node,
        name: thing.name,
        kind: thing.kind,
        weight: isEnd ? 1 : 0.35,
        at: [(at / last) * width, height],
      });
    });
    for (const { source, target, weight } of path.edges)
      lines.set(`${source} ${target}`, { source, target, weight });
  });
  return { dots: [...dots.values()], lines: [...lines.values()] };
}
