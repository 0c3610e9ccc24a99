/** The trained models of what people here like together: which serves, how good each is, promoting and going back; for administrators. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { GraduationCap, Undo2 } from "lucide-react";
import { client, dataOf } from "@/api/client";
import type { Models, TrainedModel } from "@/api/schema";
import { Button } from "@/kit/button";
import { Failed } from "@/kit/states";
import { say, sayError } from "@/kit/toasts";
import { ago, moment, number, percent } from "@/kit/words";
import { Confirm, Facts, Mark, Panel, PanelSkeleton } from "./parts";

export default function ModelsSection() {
  const { t } = useLingui();
  const models = useQuery({
    queryKey: ["models"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/models", { signal })),
    refetchInterval: ({ state }) =>
      state.data && ["running", "waiting"].includes(state.data.training.state) ? 3000 : false,
  });
  if (models.error) return <Failed error={models.error} onRetry={() => void models.refetch()} />;
  if (!models.data) return <PanelSkeleton className="h-96" />;
  return (
    <>
      <Serving models={models.data} />
      <Panel
        title={t`Versions`}
        says={<Trans>Measured on what people did after the time that each version learned from.</Trans>}
      >
        {models.data.items.length === 0 ? (
          <p className="text-muted">
            <Trans>
              None yet. Until one is trained, recommendations go by what titles are about and by what is
              popular. It takes a few people with histories.
            </Trans>
          </p>
        ) : (
          <ul className="-my-4 divide-y divide-line">
            {models.data.items.map((model) => (
              <Version
                key={model.version}
                model={model}
                isServing={model.version === models.data.serving.version}
              />
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}

function Serving({ models }: { models: Models }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const { serving, training } = models;
  const train = useMutation({
    mutationFn: async () => dataOf(await client.POST("/api/models/train")),
    onSuccess: (begun) => {
      say(
        begun.state === "idle"
          ? t`Nothing was told since the last training.`
          : t`A worker trains a new version.`,
      );
      void queries.invalidateQueries({ queryKey: ["models"] });
    },
    onError: sayError,
  });
  const rollBack = async () => {
    const pin = dataOf(await client.POST("/api/models/rollback"));
    await queries.invalidateQueries({ queryKey: ["models"] });
    say(t`Version ${String(pin.version)} serves again.`);
  };
  const isBusy = training.state === "running" || training.state === "waiting";
  return (
    <Panel
      title={
        serving.version === null ? t`No trained model serves` : t`Version ${String(serving.version)} serves`
      }
      says={
        serving.version !== null && serving.since ? (
          <Trans>In this process since {moment(serving.since)}.</Trans>
        ) : (
          <Trans>Lists go by what titles are about and by what is popular.</Trans>
        )
      }
      action={
        <div className="flex flex-wrap gap-2">
          {models.items.some((one) => one.alias === "former champion") && (
            <Confirm
              trigger={
                <Button size="small">
                  <Undo2 aria-hidden />
                  <Trans>Go back</Trans>
                </Button>
              }
              title={t`Let the version before serve again?`}
              description={t`Nothing is deleted; the one that serves now can be promoted again.`}
              action={t`Go back`}
              run={rollBack}
            />
          )}
          <Button size="small" disabled={isBusy || train.isPending} onClick={() => train.mutate()}>
            <GraduationCap aria-hidden />
            {isBusy ? <Trans>Training …</Trans> : <Trans>Train anew</Trans>}
          </Button>
        </div>
      }
    >
      {(serving.refused || serving.away || training.state === "failed") && (
        <div className="flex flex-col gap-2 rounded-2xl bg-sunken p-4 text-sm">
          {serving.refused && <p>{serving.refused}</p>}
          {serving.away && <p>{serving.away}</p>}
          {training.state === "failed" && (
            <p>
              <Trans>The last training failed; the worker's log says why.</Trans>
            </p>
          )}
        </div>
      )}
    </Panel>
  );
}

const ALIASES = { champion: "good", challenger: "warn", "former champion": "quiet" } as const;

function Version({ model, isServing }: { model: TrainedModel; isServing: boolean }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const aliases = { champion: t`Champion`, challenger: t`Challenger`, "former champion": t`Champion before` };
  const promote = async () => {
    await client.POST("/api/models/{version}/promote", { params: { path: { version: model.version } } });
    await queries.invalidateQueries({ queryKey: ["models"] });
    say(t`Version ${String(model.version)} serves within seconds.`);
  };
  const { people, titles } = model.data as { people?: number; titles?: number };
  return (
    <li className="flex flex-col gap-3 py-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h3 className="flex flex-wrap items-center gap-2 font-sans font-semibold tracking-normal">
            <Trans>Version {String(model.version)}</Trans>
            {model.alias && <Mark look={ALIASES[model.alias]}>{aliases[model.alias]}</Mark>}
          </h3>
          <p className="text-sm text-muted">
            {model.model}
            {model.trained_at && `, ${ago(model.trained_at)}`}
            {people !== undefined && (
              <>
                {", "}
                <Plural value={people} one="# person" other="# people" />
              </>
            )}
            {titles !== undefined && (
              <>
                {", "}
                <Plural value={titles} one="# title" other="# titles" />
              </>
            )}
          </p>
        </div>
        {!isServing && (
          <Confirm
            trigger={<Button size="small">{t`Promote`}</Button>}
            title={t`Let version ${String(model.version)} serve?`}
            description={t`Whatever its figures say. Processes that serve change over within seconds.`}
            action={t`Promote`}
            run={promote}
          />
        )}
      </div>
      <Facts
        facts={[
          [t`Sure that it beats what is popular`, percent(model.proof)],
          [t`Its weight beside what goes by content`, percent(model.trust)],
          ...Object.entries(model.metrics)
            .filter(([name]) => FIGURES.includes(name))
            .map(([name, value]) => [metricName(name), number(value, { maximumFractionDigits: 3 })] as const),
        ]}
      />
    </li>
  );
}

/** The figures that tell most; the evaluations have all of them. */
const FIGURES = ["ndcg_at_10", "recall_at_10", "recall_at_20", "mrr", "coverage"];

/** "NDCG at 10", as the field writes it. */
function metricName(name: string): string {
  return name
    .replace(/^(ndcg|mrr|map)/, (acronym) => acronym.toUpperCase())
    .replaceAll("_", " ")
    .replace(/^r/, "R")
    .replace(/^c/, "C");
}
