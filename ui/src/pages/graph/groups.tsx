/** What somebody's titles fall into, and whom and what their taste is about. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Boxes } from "lucide-react";
import { useState } from "react";
import type { CentreView, CommunityView } from "@/api/schema";
import { Segments } from "@/kit/field";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { number, percent } from "@/kit/words";
import { centralQuery, groupsQuery, partsOf } from "./queries";
import { ThingChip } from "./thing-chip";

const HUES = 7;

export function Groups() {
  const { t } = useLingui();
  const [resolution, setResolution] = useState<"0.5" | "1" | "2">("1");
  const { data, error, refetch } = useQuery(groupsQuery(Number(resolution)));
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (data && data.communities.length === 0) {
    return (
      <Empty icon={<Boxes aria-hidden />} title={t`Too little for groups yet`}>
        <Trans>When you have met more titles, those that hang together are found and named here.</Trans>
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="text-muted">
          {data ? (
            <Trans>
              <Plural
                value={data.items}
                one="# title of yours"
                other={`${number(data.items)} titles of yours`}
              />
              , by what they share
            </Trans>
          ) : (
            <Skeleton className="h-5 w-56" />
          )}
        </div>
        <Segments
          label={t`How fine the groups are`}
          value={resolution}
          options={[
            { value: "0.5", label: t`Few` },
            { value: "1", label: t`Some` },
            { value: "2", label: t`Many` },
          ]}
          onChange={setResolution}
        />
      </div>
      <div className="grid gap-4 md:grid-cols-2 2xl:grid-cols-3">
        {data
          ? data.communities.map((group) => <Group key={group.number} group={group} />)
          : [1, 2, 3, 4, 5, 6].map((place) => <Skeleton key={place} className="h-64 rounded-2xl" />)}
      </div>
      <About />
    </div>
  );
}

function Group({ group }: { group: CommunityView }) {
  const navigate = useNavigate({ from: "/graph" });
  return (
    <article className="relative flex flex-col gap-3 overflow-hidden rounded-2xl border border-line bg-surface p-5">
      <div
        aria-hidden
        className="absolute inset-x-0 top-0 h-1"
        style={{ background: `var(--hue-${(group.number % HUES) + 1})` }}
      />
      <header>
        <h2 className="text-xl font-semibold">{group.name}</h2>
        <p className="text-sm text-muted">
          <Plural value={group.size} one="# title" other="# titles" />,{" "}
          <Trans>{percent(group.share)} of your time</Trans>
        </p>
      </header>
      <ul className="flex flex-wrap gap-1.5">
        {group.members.map((thing) => (
          <li key={thing.node} className="max-w-full">
            <Link
              to="/items/$id"
              params={{ id: String(partsOf(thing.node).id) }}
              className="inline-block max-w-full rounded-full"
            >
              <ThingChip thing={thing} className="hover:border-strong-line" />
            </Link>
          </li>
        ))}
      </ul>
      {group.traits.length > 0 && (
        <p className="mt-auto text-sm text-muted">
          <Trans>What they share:</Trans>{" "}
          {group.traits.slice(0, 5).map((trait, at) => (
            <span key={trait.name}>
              {at > 0 && ", "}
              {trait.node ? (
                <button
                  type="button"
                  onClick={() => void navigate({ search: () => ({ node: trait.node ?? undefined }) })}
                  className="rounded font-medium text-ink underline decoration-line underline-offset-4 hover:decoration-accent"
                >
                  {trait.name}
                </button>
              ) : (
                <span className="font-medium text-ink">{trait.name}</span>
              )}
            </span>
          ))}
        </p>
      )}
    </article>
  );
}

/** The people and themes that walks from what is loved keep coming back to. */
function About() {
  const { t } = useLingui();
  const { data } = useQuery(centralQuery);
  if (!data || data.people.length + data.themes.length === 0) return null;
  return (
    <section className="flex flex-col gap-4">
      <h2 className="text-2xl font-semibold">
        <Trans>What your taste is about</Trans>
      </h2>
      <div className="grid gap-x-10 gap-y-6 md:grid-cols-2">
        <Centres title={t`People`} centres={data.people} />
        <Centres title={t`Themes`} centres={data.themes} />
      </div>
    </section>
  );
}

function Centres({ title, centres }: { title: string; centres: readonly CentreView[] }) {
  const navigate = useNavigate({ from: "/graph" });
  if (centres.length === 0) return null;
  return (
    <div>
      <h3 className="mb-2 text-sm font-semibold text-muted">{title}</h3>
      <ol className="flex flex-col gap-3">
        {centres.map((centre) => (
          <li key={centre.thing.node} className="flex flex-col items-start gap-1">
            <ThingChip
              thing={centre.thing}
              onPick={(thing) => void navigate({ search: () => ({ node: thing.node }) })}
            />
            <p className="text-sm text-muted">{centre.sentence}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}
