/** The models and endpoints in use, each with a button that really asks it; for administrators. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import {
  AudioLines,
  Bot,
  CircleCheck,
  CircleX,
  type LucideIcon,
  MessageSquareText,
  UserRoundSearch,
  Zap,
} from "lucide-react";
import { client, dataOf } from "@/api/client";
import type { ToolView, TriedView } from "@/api/schema";
import { Button } from "@/kit/button";
import { Failed, Skeleton } from "@/kit/states";
import { sayError } from "@/kit/toasts";
import { number } from "@/kit/words";
import { Code, Facts, Mark, Panel, PanelSkeleton } from "./parts";

const ICONS: Record<ToolView["name"], LucideIcon> = {
  embedder: Bot,
  speech: AudioLines,
  voices: UserRoundSearch,
  llm: MessageSquareText,
};

export default function ToolsSection() {
  const tools = useQuery({
    queryKey: ["tools"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/tools", { signal })),
  });
  if (tools.error) return <Failed error={tools.error} onRetry={() => void tools.refetch()} />;
  if (!tools.data) return <PanelSkeleton className="h-96" />;
  return tools.data.items.map((tool) => <Tool key={tool.name} tool={tool} />);
}

function useNames(): Record<ToolView["name"], readonly [string, string]> {
  const { t } = useLingui();
  return {
    embedder: [
      t`Meaning`,
      t`Turns titles and passages into numbers, so that they are found by what they are about.`,
    ],
    speech: [t`Speech`, t`Turns recordings into text.`],
    voices: [t`Speakers`, t`Tells who speaks when.`],
    llm: [
      t`Language model`,
      t`Writes summaries and answers; without one they are sentences of the recordings themselves.`,
    ],
  };
}

function Tool({ tool }: { tool: ToolView }) {
  const { t } = useLingui();
  const [title, says] = useNames()[tool.name];
  const Icon = ICONS[tool.name];
  const test = useMutation({
    mutationFn: async () =>
      dataOf(await client.POST("/api/tools/{tool}/test", { params: { path: { tool: tool.name } } })),
    onError: sayError,
  });
  return (
    <Panel
      title={title}
      says={says}
      action={
        <Button size="small" disabled={!tool.is_on || test.isPending} onClick={() => test.mutate()}>
          <Zap aria-hidden />
          {test.isPending ? <Trans>Asking …</Trans> : <Trans>Test</Trans>}
        </Button>
      }
    >
      <div className="flex items-start gap-4">
        <span
          aria-hidden
          className="hidden size-11 shrink-0 place-items-center rounded-2xl bg-accent-soft text-accent sm:grid"
        >
          <Icon className="size-5" />
        </span>
        <div className="min-w-0 grow">
          <Facts
            facts={[
              [
                t`In use`,
                tool.is_on ? (
                  <Code key="in">{tool.setting}</Code>
                ) : (
                  <Mark key="off" look="quiet">{t`Off`}</Mark>
                ),
              ],
              ...(tool.is_on ? [[t`Where`, tool.address ?? t`on this machine`] as const] : []),
              ...(tool.address ? [[t`Key`, tool.has_key ? t`is set` : t`not set`] as const] : []),
              [t`Set by`, <Code key="set">{tool.variable}</Code>],
            ]}
          />
        </div>
      </div>
      <div aria-live="polite" className="empty:-mt-5">
        {test.isPending ? (
          <Skeleton className="h-12 rounded-2xl" />
        ) : (
          test.data && <Tried tried={test.data} />
        )}
      </div>
    </Panel>
  );
}

function Tried({ tried }: { tried: TriedView }) {
  const Icon = tried.is_well === false ? CircleX : CircleCheck;
  return (
    <div className="flex items-start gap-3 rounded-2xl bg-sunken p-4 text-sm">
      <Icon
        aria-hidden
        className={tried.is_well === false ? "size-5 shrink-0 text-bad" : "size-5 shrink-0 text-good"}
      />
      <div className="min-w-0">
        <p className="wrap-anywhere">{tried.said}</p>
        <p className="tabular mt-0.5 text-muted">
          {tried.model && `${tried.model}, `}
          <Trans>
            {number(tried.seconds, { maximumFractionDigits: tried.seconds < 10 ? 2 : 0 })} seconds
          </Trans>
        </p>
      </div>
    </div>
  );
}
