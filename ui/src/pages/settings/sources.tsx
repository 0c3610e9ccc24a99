/** Where the catalogue comes from, which sources have a key, and filling it anew; for administrators. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { DownloadCloud } from "lucide-react";
import { client, dataOf } from "@/api/client";
import type { SourceView, SyncRequest } from "@/api/schema";
import { Button } from "@/kit/button";
import { KIND_PLURALS } from "@/kit/kinds";
import { Failed } from "@/kit/states";
import { say, sayError } from "@/kit/toasts";
import { ago, list } from "@/kit/words";
import { Code, Mark, Panel, PanelSkeleton } from "./parts";

export default function SourcesSection() {
  const sources = useQuery({
    queryKey: ["sources"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/sources", { signal })),
    // Looked at again while a worker brings something.
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => one.state === "running" || one.state === "waiting") ? 3000 : false,
  });
  if (sources.error) return <Failed error={sources.error} onRetry={() => void sources.refetch()} />;
  if (!sources.data) return <PanelSkeleton className="h-96" />;
  return sources.data.items.map((source) => <Source key={source.name} source={source} />);
}

function Source({ source }: { source: SourceView }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const sync = useMutation({
    mutationFn: async () => {
      await client.POST("/api/syncs", {
        body: {
          source: source.name as SyncRequest["source"],
          limit: source.name === "starter" ? 100_000 : 1000,
        },
      });
    },
    onSuccess: () => {
      say(t`A worker brings works from ${source.title}.`);
      void queries.invalidateQueries({ queryKey: ["sources"] });
    },
    onError: sayError,
  });
  const isLocked = source.needs_key && !source.has_key;
  const kinds = list(source.kinds.map((kind) => t(KIND_PLURALS[kind])));
  return (
    <Panel
      title={source.title}
      says={
        <>
          {kinds}
          {source.address && (
            <>
              {" · "}
              <Code>{source.address}</Code>
            </>
          )}
        </>
      }
      action={
        <Button
          size="small"
          disabled={isLocked || sync.isPending || source.state === "running"}
          onClick={() => sync.mutate()}
        >
          <DownloadCloud aria-hidden />
          <Trans>Bring works</Trans>
        </Button>
      }
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <Key source={source} />
        <State source={source} />
        <span className="text-muted">
          <Plural value={source.works} one="# work" other="# works" />
          {source.synced_at && (
            <>
              {", "}
              <Trans>last brought something {ago(source.synced_at)}</Trans>
            </>
          )}
        </span>
      </div>
      {isLocked && source.variable && (
        <p className="text-sm text-muted">
          <Trans>
            It is not asked without a key. Set <Code>{source.variable}</Code> and start the server anew.
          </Trans>
        </p>
      )}
    </Panel>
  );
}

function Key({ source }: { source: SourceView }) {
  if (source.variable === null)
    return (
      <Mark look="quiet">
        <Trans>Needs no key</Trans>
      </Mark>
    );
  if (source.has_key)
    return (
      <Mark look="good">
        <Trans>Key is set</Trans>
      </Mark>
    );
  return (
    <Mark look={source.needs_key ? "bad" : "quiet"}>
      {source.needs_key ? <Trans>Key is missing</Trans> : <Trans>No key, and asked less often</Trans>}
    </Mark>
  );
}

function State({ source }: { source: SourceView }) {
  if (source.state === "idle") return null;
  if (source.state === "failed")
    return (
      <Mark look="bad">
        <Trans>The last sync failed</Trans>
      </Mark>
    );
  return (
    <Mark look="warn">
      {source.state === "running" ? <Trans>Is bringing works</Trans> : <Trans>Waits for a worker</Trans>}
    </Mark>
  );
}
