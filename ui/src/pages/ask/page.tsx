/** Asking the archive: one calm box, answers that can be heard, and the conversations that were had. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { client, dataOf } from "@/api/client";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Dialog } from "@/kit/overlay";
import { useShortcuts } from "@/kit/shortcuts";
import { useTitle } from "@/kit/title";
import { MadeBy } from "./answer";
import { Composer } from "./composer";
import { Conversation } from "./conversation";
import { Dock } from "./dock";
import { askRoute, type Scope } from "./routes";
import { filtersOf, useRecording } from "./scope";
import { ask, forget, stop, useTurn } from "./stream";
import { Suggestions } from "./suggestions";
import { ThreadList } from "./thread-list";
import { threadQuery } from "./threads";

export default function Ask() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const scope = askRoute.useSearch();
  const given = useParams({ strict: false }).thread;
  const id = given === undefined ? undefined : Number(given);
  const turn = useTurn();
  const field = useRef<HTMLTextAreaElement>(null);
  // Without an address of its own yet, the newest question belongs to the page for new ones.
  const mine = turn && turn.threadId === id ? turn : undefined;
  const { data: thread } = useQuery({ ...threadQuery(id ?? 0), enabled: false });
  useTitle(thread?.title ?? mine?.question ?? t`Ask`);
  useShortcuts([{ keys: "a", name: t`Write a question`, run: () => field.current?.focus() }]);
  useEffect(() => {
    // What was whole when one went elsewhere is in the conversation by now.
    if (turn && !mine && turn.state !== "asking") forget();
  }, [turn, mine]);

  const begin = (question: string) => {
    const asked = { question, threadId: id, filters: filtersOf(scope) };
    const told = ask(asked, (begun) => {
      if (begun.id !== id)
        void navigate({
          to: "/ask/$thread",
          params: { thread: String(begun.id) },
          search: scope,
          replace: id === undefined,
        });
    });
    void told.then(() => {
      void queries.invalidateQueries({ queryKey: ["threads"] });
      void queries.invalidateQueries({ queryKey: ["thread"] });
    });
  };
  const composer = {
    field,
    scope,
    onScope: (to: Scope) => void navigate({ to: ".", search: to, replace: true }),
    isAnswering: turn?.state === "asking",
    onAsk: begin,
    onStop: stop,
  };
  const isNew = id === undefined && !mine;
  return (
    <div className="mx-auto grid max-w-6xl gap-x-12 xl:grid-cols-[minmax(0,1fr)_16rem]">
      <div className="mx-auto flex min-h-[calc(100dvh-11rem)] w-full max-w-3xl min-w-0 flex-col lg:min-h-[calc(100dvh-6rem)]">
        <div className="mb-4 flex justify-end xl:hidden">
          <Conversations open={id} />
        </div>
        {isNew ? (
          <Start scope={scope} onAsk={begin}>
            <Composer {...composer} placeholder={t`What would you like to know?`} />
          </Start>
        ) : (
          <div className="grow pb-10">
            <h1 className="sr-only">{thread?.title ?? mine?.question ?? t`Conversation`}</h1>
            <Conversation id={id} turn={mine} onAgain={begin} />
          </div>
        )}
        <div
          className={cn(
            "sticky bottom-16 z-20 -mx-2 flex flex-col gap-2 px-2 pb-3 lg:bottom-0 lg:-mb-16 lg:pb-5",
            !isNew && "bg-linear-to-t from-paper from-70% to-transparent pt-6",
          )}
        >
          <Dock />
          {!isNew && <Composer {...composer} placeholder={t`Ask on, or something else`} />}
        </div>
      </div>
      <aside aria-label={t`Conversations`} className="hidden xl:block">
        <div className="sticky top-8 max-h-[calc(100dvh-4rem)] overflow-y-auto">
          <ThreadList open={id} />
        </div>
      </aside>
    </div>
  );
}

type StartProps = { scope: Scope; onAsk: (question: string) => void; children: React.ReactNode };

/** Before the first question. */
function Start({ scope, onAsk, children }: StartProps) {
  const { data: recording } = useRecording(scope.media);
  const { data: answerer } = useQuery({
    queryKey: ["answerer"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/chat", { signal })),
    staleTime: 5 * 60_000,
  });
  return (
    <div className="flex grow flex-col justify-center gap-6 pb-16">
      <header className="text-center">
        <h1 className="text-3xl font-semibold sm:text-5xl">
          {recording ? <Trans>Ask “{recording.title}”</Trans> : <Trans>Ask your archive</Trans>}
        </h1>
        <p className="mx-auto mt-3 max-w-lg text-pretty text-muted">
          <Trans>
            Answers come from your own recordings and history. Every sentence says where it is from, and what
            nobody said is not answered.
          </Trans>
        </p>
      </header>
      <div>
        {children}
        <p className="mt-2.5 flex h-4 items-center justify-center gap-1.5 text-xs text-muted">
          <MadeBy madeBy={answerer?.made_by} isToCome />
        </p>
      </div>
      <Suggestions media={scope.media} onAsk={onAsk} />
    </div>
  );
}

/** The conversations on narrow screens. */
function Conversations({ open }: { open: number | undefined }) {
  const { t } = useLingui();
  const [isOpen, setOpen] = useState(false);
  return (
    <Dialog
      title={t`Conversations`}
      shape="side"
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button size="small" look="quiet">
          <MessagesSquare aria-hidden />
          <Trans>Conversations</Trans>
        </Button>
      }
    >
      <ThreadList open={open} onChosen={() => setOpen(false)} />
    </Dialog>
  );
}
