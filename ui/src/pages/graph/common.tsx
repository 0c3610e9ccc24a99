/** What two things have in common: two titles, two people, or two of the household. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Spline } from "lucide-react";
import { useMemo, useState } from "react";
import type { CommonGround, ThingView } from "@/api/schema";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { Empty, Failed, Skeleton } from "@/kit/states";
import type { Dot, Line } from "./drawing";
import { householdQuery } from "./household";
import { LOOKS } from "./looks";
import { commonQuery } from "./queries";
import { graphRoute } from "./routes";
import { Stage } from "./stage";
import { Two } from "./two";

/** So many are drawn: more would be a ball. The list has all. */
const DRAWN = 15;
/** How far the two stand from the middle. */
const FAR = 7.5;

export function Common() {
  const { t } = useLingui();
  const me = useMe();
  const { node, to } = graphRoute.useSearch();
  const navigate = useNavigate({ from: "/graph" });
  const isWhole = node !== undefined && to !== undefined && node !== to;
  const { data, error, refetch } = useQuery({ ...commonQuery(node ?? "", to ?? ""), enabled: isWhole });
  const [focus, setFocus] = useState<string | null>(null);
  const shown = useMemo(() => (data ? pictureOf(data) : undefined), [data]);
  const change = (a: string | undefined, b: string | undefined) =>
    void navigate({
      search: () => ({ mode: "common" as const, ...(a ? { node: a } : {}), ...(b ? { to: b } : {}) }),
      replace: true,
    });
  return (
    <div className="flex flex-col gap-4">
      <Two a={node} b={to} labels={[t`One: a title, a person, you …`, t`The other`]} onChange={change} />
      <Household onPick={(other) => change(`user:${me.id}`, other)} />
      {!isWhole && (
        <Empty icon={<Spline aria-hidden />} title={t`What have they in common?`}>
          <Trans>
            Choose two titles or two people; or somebody of your household who shares their taste, as you do.
          </Trans>
        </Empty>
      )}
      {isWhole && error && <Failed error={error} onRetry={() => void refetch()} />}
      {isWhole && !error && !data && <Skeleton className="h-80 rounded-2xl" />}
      {isWhole && data?.common.length === 0 && (
        <Empty icon={<Spline aria-hidden />} title={t`They have nothing in common that you may see`} />
      )}
      {isWhole && data && data.common.length > 0 && (
        <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
          <Stage
            label={t`What they have in common, as a picture`}
            dots={shown?.dots}
            lines={shown?.lines ?? []}
            focus={focus}
            onFocus={setFocus}
            onOpen={(one) => void navigate({ search: () => ({ node: one }) })}
            className="h-[min(64dvh,40rem)]"
          />
          <section className="flex max-h-[min(64dvh,40rem)] flex-col gap-2 overflow-hidden rounded-2xl border border-line bg-surface p-4">
            <h2 className="text-lg font-semibold">
              <Plural value={data.common.length} one="One thing in common" other="# things in common" />
            </h2>
            <ul className="-mx-2 overflow-y-auto px-2">
              {data.common.map(({ thing, words_a, words_b }) => (
                <li key={thing.node}>
                  <button
                    type="button"
                    onClick={() => void navigate({ search: () => ({ node: thing.node }) })}
                    className="w-full rounded-lg px-2 py-2 text-left text-sm hover:bg-sunken"
                  >
                    <span className="flex items-center gap-2 font-medium">
                      <Icon thing={thing} />
                      {thing.name}
                    </span>
                    <span className="mt-0.5 block text-xs text-muted">
                      {nameOf(data.a, t`You`)} {words_a}; {nameOf(data.b, t`You`)} {words_b}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        </div>
      )}
    </div>
  );
}

/** Who of the household can be compared with, where anybody can. */
function Household({ onPick }: { onPick: (node: string) => void }) {
  const { data } = useQuery(householdQuery);
  if (!data || data.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2 text-sm">
      <span className="text-muted">
        <Trans>You and</Trans>
      </span>
      {data.map((member) => (
        <Button key={member.node} size="small" onClick={() => onPick(member.node)}>
          {member.name}
        </Button>
      ))}
    </div>
  );
}

function Icon({ thing }: { thing: ThingView }) {
  const look = LOOKS[thing.kind];
  return <look.icon aria-hidden className="size-4 shrink-0" style={{ color: `var(${look.hue})` }} />;
}

function nameOf(thing: ThingView, you: string): string {
  return thing.is_you ? you : thing.name;
}

function pictureOf({ a, b, common }: CommonGround): { dots: Dot[]; lines: Line[] } {
  const drawn = common.slice(0, DRAWN);
  const best = Math.max(...drawn.map((one) => one.score), Number.MIN_VALUE);
  const dots: Dot[] = [a, b].map((thing, at) => ({
    node: thing.node,
    name: thing.name,
    kind: thing.kind,
    weight: 1,
    at: [at === 0 ? -FAR : FAR, 0],
  }));
  const lines: Line[] = [];
  drawn.forEach(({ thing, score }, at) => {
    // In three columns, each a little lower than the one before, so that names stand apart.
    const column = (at % 3) - 1;
    const height = (drawn.length / 3 - 1) / 2 - Math.floor(at / 3);
    const weight = 0.15 + (0.5 * score) / best;
    dots.push({
      node: thing.node,
      name: thing.name,
      kind: thing.kind,
      weight,
      at: [column * 3, height * 2.4 - column * 0.8],
    });
    lines.push(
      { source: a.node, target: thing.node, weight: 0.5 },
      { source: b.node, target: thing.node, weight: 0.5 },
    );
  });
  return { dots, lines };
}
