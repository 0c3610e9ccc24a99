/** The conversations that were had: found again, named, deleted. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { MoreHorizontal, Pencil, Plus, Search, Trash2 } from "lucide-react";
import { useDeferredValue, useState } from "react";
import type { ThreadView } from "@/api/schema";
import { Button, IconButton } from "@/kit/button";
import { Menu, MenuItem } from "@/kit/menu";
import { Failed, Skeleton } from "@/kit/states";
import { ago } from "@/kit/words";
import { threadsQuery, useGoing, useThreadActions } from "./threads";

type ThreadListProps = {
  open: number | undefined;
  /** Something was chosen: whatever the list lies in may close. */
  onChosen?: () => void;
};

export function ThreadList({ open, onChosen }: ThreadListProps) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  const words = useDeferredValue(text.trim());
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery(threadsQuery(words));
  const going = useGoing();
  const threads = data?.pages.flatMap((page) => page.items).filter((thread) => !going.has(thread.id));
  return (
    <div className="flex flex-col gap-3">
      <Button asChild className="justify-start">
        <Link to="/ask" search={{}} onClick={onChosen}>
          <Plus aria-hidden />
          <Trans>New question</Trans>
        </Link>
      </Button>
      <search className="flex h-9 items-center gap-2 rounded-xl border border-line bg-surface px-3 focus-within:border-strong-line">
        <Search aria-hidden className="size-4 shrink-0 text-muted" />
        <input
          aria-label={t`Find a conversation`}
          placeholder={t`Find a conversation`}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
          className="min-w-0 grow bg-transparent text-base outline-none placeholder:text-muted sm:text-sm"
        />
      </search>
      {error && !threads && <Failed error={error} onRetry={() => void refetch()} />}
      {!threads && !error && (
        <div aria-busy className="flex flex-col gap-2">
          {[0, 1, 2].map((row) => (
            <Skeleton key={row} className="h-12 rounded-xl" />
          ))}
        </div>
      )}
      {threads?.length === 0 && (
        <p className="px-1 text-sm text-muted">
          {words ? (
            <Trans>No conversation speaks of that.</Trans>
          ) : (
            <Trans>What you ask is kept here, until you delete it.</Trans>
          )}
        </p>
      )}
      <ul className="flex flex-col gap-0.5">
        {threads?.map((thread) => (
          <Row key={thread.id} thread={thread} isOpen={thread.id === open} onChosen={onChosen} />
        ))}
      </ul>
      {hasNextPage && (
        <Button size="small" look="quiet" onClick={() => void fetchNextPage()}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </div>
  );
}

type RowProps = { thread: ThreadView; isOpen: boolean; onChosen: (() => void) | undefined };

function Row({ thread, isOpen, onChosen }: RowProps) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { rename, remove } = useThreadActions();
  const [draft, setDraft] = useState<string>();
  const end = (isKept: boolean) => {
    const title = draft?.trim();
    setDraft(undefined);
    if (isKept && title && title !== thread.title) void rename(thread, title);
  };
  if (draft !== undefined) {
    return (
      <li>
        <input
          aria-label={t`Name of the conversation`}
          // biome-ignore lint/a11y/noAutofocus: who asked to rename it is about to type
          autoFocus
          value={draft}
          maxLength={200}
          onChange={(event) => setDraft(event.target.value)}
          onFocus={(event) => event.target.select()}
          onBlur={() => end(true)}
          onKeyDown={(event) => {
            if (event.key === "Enter") end(true);
            if (event.key === "Escape") {
              event.stopPropagation();
              end(false);
            }
          }}
          className="h-11 w-full rounded-xl border border-strong-line/60 bg-surface px-2.5 text-base sm:text-sm"
        />
      </li>
    );
  }
  return (
    <li className="group/thread relative">
      <Link
        to="/ask/$thread"
        params={{ thread: String(thread.id) }}
        onClick={onChosen}
        aria-current={isOpen ? "page" : undefined}
        className="block rounded-xl py-2 pr-10 pl-2.5 hover:bg-sunken aria-[current=page]:bg-accent-soft"
      >
        <span className="line-clamp-2 text-sm leading-5 group-has-aria-[current=page]/thread:font-medium">
          {thread.title}
        </span>
        <span className="text-xs text-muted">{ago(thread.updated_at)}</span>
      </Link>
      <div className="absolute top-1.5 right-1 opacity-0 group-focus-within/thread:opacity-100 group-hover/thread:opacity-100 has-data-[state=open]:opacity-100 pointer-coarse:opacity-100">
        <Menu
          trigger={
            <IconButton label={t`More about “${thread.title}”`} size="small">
              <MoreHorizontal />
            </IconButton>
          }
        >
          <MenuItem icon={<Pencil />} onSelect={() => setDraft(thread.title)}>
            {t`Rename`}
          </MenuItem>
          <MenuItem
            icon={<Trash2 />}
            danger
            onSelect={() => {
              remove(thread);
              if (isOpen) void navigate({ to: "/ask" });
            }}
          >
            {t`Delete`}
          </MenuItem>
        </Menu>
      </div>
    </li>
  );
}
