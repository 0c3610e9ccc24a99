/** What is around one thing: the picture, how far it reaches, what is left out, and the same as a list. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Waypoints } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { ApiProblem } from "@/api/client";
import type { SubgraphView } from "@/api/schema";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Choice, Range } from "@/kit/field";
import { Popover } from "@/kit/overlay";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { number } from "@/kit/words";
import type { Dot, Line } from "./drawing";
import { LOOKS, type NodeKind } from "./looks";
import { Panel } from "./panel";
import { beginningQuery, subgraphQuery } from "./queries";
import { graphRoute } from "./routes";
import { Stage } from "./stage";
import { ThingPicker } from "./thing-picker";
import { typeName } from "./types";

const SIZES = ["30", "60", "150", "500", "2000"] as const;
const SEASONED = new Set<string>(SIZES);

export function Around() {
  const { t } = useLingui();
  const me = useMe();
  const { node, hops = 1, most = 60, without = [] } = graphRoute.useSearch();
  const navigate = useNavigate({ from: "/graph" });
  const beginning = useQuery({ ...beginningQuery(me.id), enabled: node === undefined });
  const start = node ?? beginning.data?.node ?? (beginning.data === null ? `user:${me.id}` : undefined);
  const drawn = useQuery({
    ...subgraphQuery(start, useDeferredValue(hops), most),
    enabled: start !== undefined,
  });
  const [focus, setFocus] = useState<string | null>(null);
  const [withoutTypes, setWithoutTypes] = useState<readonly string[]>([]);
  const shown = useMemo(
    () => (drawn.data ? pictureOf(drawn.data, without, withoutTypes, start) : undefined),
    [drawn.data, without, withoutTypes, start],
  );
  const go = (to: string) => {
    setFocus(null);
    void navigate({ search: (now) => ({ ...now, node: to }) });
  };
  const error = beginning.error ?? drawn.error;
  // The address names what is not there, or is there no more: what is around the person is.
  if (node !== undefined && error instanceof ApiProblem && error.status === 404) return <Gone />;
  if (error)
    return <Failed error={error} onRetry={() => void (beginning.error ? beginning : drawn).refetch()} />;
  if (drawn.data && drawn.data.nodes.length < 2 && node === undefined) return <Nothing />;
  const kinds = Object.entries(drawn.data?.nodes_by_kind ?? {}) as [NodeKind, number][];
  const toggle = (kind: string) =>
    void navigate({
      search: (now) => ({
        ...now,
        without: without.includes(kind) ? without.filter((one) => one !== kind) : [...without, kind],
      }),
      replace: true,
    });
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="flex min-w-0 flex-col gap-3">
        <div className="grid grid-cols-2 items-center gap-3 sm:flex sm:flex-wrap">
          <ThingPicker
            label={t`Look at something else`}
            placeholder={t`A title, a person, a genre …`}
            onPick={(thing) => go(thing.node)}
            className="col-span-2 sm:w-72"
          />
          <div className="col-span-2 flex min-w-52 items-center gap-3 text-sm">
            <span className="whitespace-nowrap text-muted">
              <Plural value={hops} one="# step" other="# steps" />
            </span>
            <Range
              label={t`How many steps away`}
              value={hops}
              min={1}
              max={3}
              text={t`${hops} of 3`}
              onChange={(value) =>
                void navigate({ search: (now) => ({ ...now, hops: value }), replace: true })
              }
              className="sm:w-32"
            />
          </div>
          <Choice
            label={t`How many things`}
            hideLabel
            value={SEASONED.has(String(most)) ? String(most) : "60"}
            options={SIZES.map((size) => ({ value: size, label: t`${number(Number(size))} at most` }))}
            onChange={(size) =>
              void navigate({ search: (now) => ({ ...now, most: Number(size) }), replace: true })
            }
            className="sm:w-48"
          />
          <Types drawn={drawn.data} without={withoutTypes} onChange={setWithoutTypes} />
        </div>
        <Stage
          label={t`A picture of what hangs together with what`}
          dots={shown?.dots}
          lines={shown?.lines ?? []}
          focus={focus}
          centre={start}
          onFocus={setFocus}
          onOpen={go}
          className="h-[min(68dvh,46rem)]"
          foot={kinds.map(([kind, count]) => (
            <KindToggle
              key={kind}
              kind={kind}
              count={count}
              isOn={!without.includes(kind)}
              onToggle={() => toggle(kind)}
            />
          ))}
        />
        {drawn.data && drawn.data.more > 0 && (
          <p className="text-sm text-muted">
            <Plural
              value={drawn.data.more}
              one="One more thing within reach is not drawn."
              other={`${number(drawn.data.more)} more things within reach are not drawn.`}
            />
          </p>
        )}
      </div>
      {start ? (
        <Panel node={focus ?? start} start={start} nodes={shown?.things ?? []} onFocus={setFocus} onGo={go} />
      ) : (
        <Skeleton className="h-96" />
      )}
    </div>
  );
}

type Picture = { dots: Dot[]; lines: Line[]; things: SubgraphView["nodes"] };

/** What is drawn of a part of the graph: without the kinds and types that are left out, and what then hangs on nothing. */
function pictureOf(
  drawn: SubgraphView,
  without: readonly string[],
  withoutTypes: readonly string[],
  start: string | undefined,
): Picture {
  const kept = drawn.nodes.filter(({ thing }) => thing.node === start || !without.includes(thing.kind));
  const names = new Set(kept.map(({ thing }) => thing.node));
  const lines = drawn.edges.filter(
    (edge) => !withoutTypes.includes(edge.type) && names.has(edge.source) && names.has(edge.target),
  );
  const tied = new Set(lines.flatMap((line) => [line.source, line.target]));
  const things = kept.filter(({ thing }) => thing.node === start || tied.has(thing.node));
  return {
    things,
    lines: lines.map(({ source, target, weight }) => ({ source, target, weight })),
    dots: things.map(({ thing, relevance, community }) => ({
      node: thing.node,
      name: thing.name,
      kind: thing.kind,
      weight: relevance,
      group: community,
    })),
  };
}

type KindToggleProps = { kind: NodeKind; count: number; isOn: boolean; onToggle: () => void };

function KindToggle({ kind, count, isOn, onToggle }: KindToggleProps) {
  const { t } = useLingui();
  const look = LOOKS[kind];
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onToggle}
      className={cn(
        "inline-flex items-center gap-1.5 rounded-full border border-line bg-raised/90 px-2.5 py-1 text-xs backdrop-blur",
        !isOn && "text-muted line-through opacity-75",
      )}
    >
      <span
        aria-hidden
        className="size-2.5 rounded-full"
        style={{ background: isOn ? `var(${look.hue})` : "var(--line)" }}
      />
      {t(look.name)}
      <span className="tabular text-muted">{number(count)}</span>
    </button>
  );
}

type TypesProps = {
  drawn: SubgraphView | undefined;
  without: readonly string[];
  onChange: (without: readonly string[]) => void;
};

/** Which connections are drawn, each with how many there are. */
function Types({ drawn, without, onChange }: TypesProps) {
  const { t } = useLingui();
  const types = Object.entries(drawn?.edges_by_type ?? {}).sort((a, b) => b[1] - a[1]);
  return (
    <Popover
      label={t`Connections`}
      trigger={
        <Button>
          <Waypoints aria-hidden />
          {without.length > 0 ? (
            <Trans>Connections, {without.length} left out</Trans>
          ) : (
            <Trans>Connections</Trans>
          )}
        </Button>
      }
    >
      <ul className="grid gap-1">
        {types.map(([type, count]) => (
          <li key={type}>
            <label className="flex cursor-pointer items-center gap-3 rounded-lg px-2 py-1.5 hover:bg-sunken">
              <input
                type="checkbox"
                checked={!without.includes(type)}
                onChange={(event) =>
                  onChange(event.target.checked ? without.filter((one) => one !== type) : [...without, type])
                }
                className="size-4 accent-accent"
              />
              <span className="grow">{typeName(type, t)}</span>
              <span className="tabular text-muted">{number(count)}</span>
            </label>
          </li>
        ))}
      </ul>
    </Popover>
  );
}

function Gone() {
  const { t } = useLingui();
  return (
    <Empty
      icon={<Waypoints aria-hidden />}
      title={t`It is not in your graph`}
      action={
        <Button look="primary" asChild>
          <Link to="/graph">
            <Trans>Begin elsewhere</Trans>
          </Link>
        </Button>
      }
    >
      <Trans>It may have become part of something else, or the import that brought it was undone.</Trans>
    </Empty>
  );
}

function Nothing() {
  const { t } = useLingui();
  return (
    <Empty
      icon={<Waypoints aria-hidden />}
      title={t`Nothing hangs together yet`}
      action={
        <Button look="primary" asChild>
          <Link to="/import">
            <Trans>Import a history</Trans>
          </Link>
        </Button>
      }
    >
      <Trans>
        Import what you watched or read, or rate some titles: then they, their people and their genres show up
        here.
      </Trans>
    </Empty>
  );
}
