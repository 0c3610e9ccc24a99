/** The graph in words: one thing and what it is connected with, and everything in the picture as a list. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, CircleDot, Route } from "lucide-react";
import { useMemo, useState } from "react";
import type { NeighbourView, PlacedView, ThingView } from "@/api/schema";
import { Button } from "@/kit/button";
import { Segments } from "@/kit/field";
import { Failed, Skeleton } from "@/kit/states";
import { LOOKS } from "./looks";
import { partsOf, thingQuery } from "./queries";
import { typeName } from "./types";

type PanelProps = {
  node: string;
  start: string;
  nodes: readonly PlacedView[];
  onFocus: (node: string) => void;
  onGo: (node: string) => void;
};

export function Panel({ node, start, nodes, onFocus, onGo }: PanelProps) {
  const { t } = useLingui();
  const [view, setView] = useState<"one" | "all">("one");
  return (
    <section
      aria-label={t`In words`}
      className="flex max-h-[calc(min(68dvh,46rem)+3.25rem)] flex-col gap-3 overflow-hidden rounded-2xl border border-line bg-surface p-4"
    >
      <Segments
        label={t`What the list shows`}
        value={view}
        options={[
          { value: "one", label: t`This one` },
          { value: "all", label: t`All in the picture` },
        ]}
        onChange={setView}
        className="self-start"
      />
      {view === "one" ? (
        <One node={node} start={start} onFocus={onFocus} onGo={onGo} />
      ) : (
        <All
          nodes={nodes}
          onFocus={(chosen) => {
            onFocus(chosen);
            setView("one");
          }}
        />
      )}
    </section>
  );
}

function One({ node, start, onFocus, onGo }: Omit<PanelProps, "nodes">) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(thingQuery(node));
  const groups = useMemo(() => byType(data?.neighbours ?? []), [data]);
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  const look = LOOKS[data.thing.kind];
  return (
    <>
      <header className="flex flex-col gap-2.5">
        <p className="flex items-center gap-2 text-xs text-muted">
          <look.icon aria-hidden className="size-4" style={{ color: `var(${look.hue})` }} />
          {t(look.one)}
        </p>
        <h2 className="text-2xl leading-tight font-semibold">
          {data.thing.is_you ? t`You` : data.thing.name}
        </h2>
        <div className="flex flex-wrap gap-2">
          <OpenThing thing={data.thing} />
          {node !== start && (
            <Button size="small" onClick={() => onGo(node)}>
              <CircleDot aria-hidden />
              <Trans>Around this</Trans>
            </Button>
          )}
          {!data.thing.is_you && (
            <Button size="small" asChild>
              <Link to="/graph" search={{ mode: "path", node }}>
                <Route aria-hidden />
                <Trans>How do I get there?</Trans>
              </Link>
            </Button>
          )}
        </div>
      </header>
      <div className="-mx-2 min-h-0 grow overflow-y-auto px-2" tabIndex={-1}>
        {groups.map(([type, neighbours]) => (
          <div key={type} className="mb-4">
            <h3 className="mb-1 text-xs font-semibold text-muted">
              {typeName(type, t)} · {neighbours.length}
            </h3>
            <ul>
              {neighbours.map((neighbour) => (
                <li key={`${neighbour.thing.node} ${neighbour.words}`}>
                  <button
                    type="button"
                    onClick={() => onFocus(neighbour.thing.node)}
                    className="w-full rounded-lg px-2 py-1.5 text-left text-sm hover:bg-sunken"
                  >
                    <span className="font-medium">
                      {neighbour.thing.is_you ? t`You` : neighbour.thing.name}
                    </span>
                    <span className="block text-xs text-muted">
                      {data.thing.is_you ? t`You` : data.thing.name} {neighbour.words}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
        {groups.length === 0 && (
          <p className="py-6 text-sm text-muted">
            <Trans>Nothing that you may see is connected with it.</Trans>
          </p>
        )}
      </div>
    </>
  );
}

/** A way to the page of a thing that has one. */
function OpenThing({ thing }: { thing: ThingView }) {
  if (thing.kind !== "item") return null;
  return (
    <Button size="small" look="primary" asChild>
      <Link to="/items/$id" params={{ id: String(partsOf(thing.node).id) }}>
        <ArrowUpRight aria-hidden />
        <Trans>Open</Trans>
      </Link>
    </Button>
  );
}

function All({ nodes, onFocus }: { nodes: readonly PlacedView[]; onFocus: (node: string) => void }) {
  const { t } = useLingui();
  return (
    <ol className="-mx-2 min-h-0 grow overflow-y-auto px-2">
      {nodes.map(({ thing, degree, hops }) => {
        const look = LOOKS[thing.kind];
        return (
          <li key={thing.node} className="[contain-intrinsic-size:auto_3rem] [content-visibility:auto]">
            <button
              type="button"
              onClick={() => onFocus(thing.node)}
              className="flex w-full items-center gap-2.5 rounded-lg px-2 py-1.5 text-left text-sm hover:bg-sunken"
            >
              <look.icon aria-hidden className="size-4 shrink-0" style={{ color: `var(${look.hue})` }} />
              <span className="min-w-0 grow">
                <span className="block truncate">{thing.is_you ? t`You` : thing.name}</span>
                <span className="block text-xs text-muted">
                  <Plural value={degree} one="# connection" other="# connections" />
                  {hops > 0 && (
                    <>
                      , <Plural value={hops} one="# step away" other="# steps away" />
                    </>
                  )}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

/** Neighbours by the type of their connection, in the order in which the types first come. */
function byType(neighbours: readonly NeighbourView[]): [string, NeighbourView[]][] {
  const groups = new Map<string, NeighbourView[]>();
  for (const neighbour of neighbours) {
    const group = groups.get(neighbour.edge.type);
    if (group) group.push(neighbour);
    else groups.set(neighbour.edge.type, [neighbour]);
  }
  return [...groups];
}

function Waiting() {
  return (
    <div className="flex flex-col gap-3">
      <Skeleton className="h-4 w-24" />
      <Skeleton className="h-8 w-3/4" />
      {[1, 2, 3, 4, 5].map((row) => (
        <Skeleton key={row} className="h-10" />
      ))}
    </div>
  );
}
