/** Recordings by the month they were added in: chosen by mouse or keyboard, and more of them as one scrolls. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { AudioLines, CheckSquare, Ellipsis, RotateCcw, Square, Tag, Trash2 } from "lucide-react";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { JobView, MediaView } from "@/api/schema";
import { Button, IconButton } from "@/kit/button";
import { Menu, MenuItem, MenuLine } from "@/kit/menu";
import { useShortcuts } from "@/kit/shortcuts";
import { month } from "@/kit/words";
import { useRecordingActions } from "./actions";
import { BulkBar, TagDialog } from "./bulk";
import { RecordingRow } from "./recording-row";
import { isEnded } from "./states";

type RecordingListProps = {
  list: readonly MediaView[];
  live: ReadonlyMap<number, JobView>;
  searchBox: RefObject<HTMLInputElement | null>;
  onTag: (tag: string) => void;
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore: () => void;
};

export function RecordingList({
  list,
  live,
  searchBox,
  onTag,
  hasMore,
  isLoadingMore,
  onMore,
}: RecordingListProps) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { remove } = useRecordingActions();
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const [current, setCurrent] = useState(-1);
  const [isTagging, setTagging] = useState(false);
  const last = useRef<number | null>(null);
  const chosen = useMemo(() => list.filter((media) => ids.has(media.id)), [list, ids]);
  const at = Math.min(current, list.length - 1);
  const currentOne = list[at];
  const clear = () => setIds(new Set());

  const latest = useRef(list);
  useEffect(() => {
    latest.current = list;
  });
  const choose = useCallback((media: MediaView, isRange: boolean) => {
    const all = latest.current;
    const from = isRange && last.current !== null ? all.findIndex((one) => one.id === last.current) : -1;
    const to = all.findIndex((one) => one.id === media.id);
    last.current = media.id;
    setIds((before) => {
      const next = new Set(before);
      const isOn = !before.has(media.id);
      const range = from < 0 ? [media] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
      for (const one of range) {
        if (isOn) next.add(one.id);
        else next.delete(one.id);
      }
      return next;
    });
  }, []);

  const go = (to: number) => {
    const next = Math.min(list.length - 1, Math.max(0, to));
    setCurrent(next);
    const row = document.getElementById(`recording-${list[next]?.id}`);
    row?.scrollIntoView({ block: "nearest" });
    row?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
  };
  const meant = () => (chosen.length > 0 ? chosen : currentOne ? [currentOne] : []);
  useShortcuts([
    { keys: "j", name: t`Next recording`, run: () => go(at + 1) },
    { keys: "k", name: t`Previous recording`, run: () => go(at - 1) },
    { keys: "x", name: t`Choose it, or not`, run: () => currentOne && choose(currentOne, false) },
    {
      keys: "o",
      name: t`Open it`,
      run: () => {
        if (currentOne) void navigate({ to: "/archive/$id", params: { id: String(currentOne.id) } });
      },
    },
    {
      keys: "#",
      name: t`Delete what is chosen`,
      run: () => {
        if (meant().length > 0) void remove(meant());
        clear();
      },
    },
    {
      keys: "t",
      name: t`Tags of what is chosen`,
      run: () => {
        if (chosen.length === 0 && currentOne) choose(currentOne, false);
        if (meant().length > 0) setTagging(true);
      },
    },
    { keys: "f", name: t`Find a title here`, run: () => searchBox.current?.focus() },
    { keys: "Escape", name: t`Choose nothing`, run: clear },
  ]);

  return (
    <>
      {byMonth(list).map(([name, some]) => (
        <section key={name} aria-label={name}>
          <h2 className="px-3 pb-1 text-sm font-medium text-muted">{name}</h2>
          <ul className="-mx-2 flex flex-col gap-0.5">
            {some.map((media) => {
              const job = media.job ? live.get(media.job.id) : undefined;
              return (
                <RecordingRow
                  key={media.id}
                  media={media}
                  live={job}
                  isChosen={ids.has(media.id)}
                  isChoosing={ids.size > 0}
                  isCurrent={media.id === currentOne?.id}
                  onChoose={choose}
                  onTag={onTag}
                  actions={<RowMenu media={media} live={job} onChoose={() => choose(media, false)} />}
                />
              );
            })}
          </ul>
        </section>
      ))}
      {hasMore && <More isLoading={isLoadingMore} onMore={onMore} />}
      <BulkBar chosen={chosen} isTagging={isTagging} onTagging={setTagging} onDone={clear} />
    </>
  );
}

function RowMenu({
  media,
  live,
  onChoose,
}: {
  media: MediaView;
  live: JobView | undefined;
  onChoose: () => void;
}) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { remove, retry, cancel } = useRecordingActions();
  const [isTagging, setTagging] = useState(false);
  const job = live ?? media.job;
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t`More about ${media.title}`} size="small">
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem
          icon={<AudioLines />}
          onSelect={() => void navigate({ to: "/archive/$id", params: { id: String(media.id) } })}
        >
          {t`Open`}
        </MenuItem>
        <MenuItem icon={<CheckSquare />} keys="x" onSelect={onChoose}>
          {t`Choose`}
        </MenuItem>
        <MenuItem icon={<Tag />} keys="t" onSelect={() => setTagging(true)}>
          {t`Tags`}
        </MenuItem>
        {job && !isEnded(job.state) && (
          <MenuItem icon={<Square />} onSelect={() => void cancel(job.id)}>
            {t`Stop the work on it`}
          </MenuItem>
        )}
        {job && (job.state === "failed" || job.state === "cancelled") && (
          <MenuItem icon={<RotateCcw />} onSelect={() => void retry(job.id)}>
            {t`Try again`}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem icon={<Trash2 />} danger onSelect={() => void remove([media])}>
          {t`Delete`}
        </MenuItem>
      </Menu>
      {isTagging && <TagDialog chosen={[media]} onClose={() => setTagging(false)} onDone={() => undefined} />}
    </>
  );
}

/** The next page comes when its place does; the button is for keyboards and for who is quicker. */
export function More({ isLoading, onMore }: { isLoading: boolean; onMore: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  useEffect(() => {
    if (!place.current || isLoading) return;
    const watching = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      { rootMargin: "600px" },
    );
    watching.observe(place.current);
    return () => watching.disconnect();
  }, [isLoading]);
  return (
    <div ref={place} className="flex justify-center py-4">
      <Button onClick={onMore} disabled={isLoading}>
        <Trans>Show more</Trans>
      </Button>
    </div>
  );
}

function byMonth(list: readonly MediaView[]): [string, MediaView[]][] {
  const groups = new Map<string, MediaView[]>();
  for (const media of list) {
    const name = month(media.added_at);
    const group = groups.get(name);
    if (group) group.push(media);
    else groups.set(name, [media]);
  }
  return [...groups];
}
