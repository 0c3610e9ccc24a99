/** What came of an import: the figures, the titles met last, what was left out, and the way back. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download, ListChecks, Undo2 } from "lucide-react";
import { useState } from "react";
import { client, dataOf } from "@/api/client";
import type { BroughtView, ImportView, ItemView } from "@/api/schema";
import { Button } from "@/kit/button";
import { ItemCover } from "@/kit/item-cover";
import { Dialog, DialogClose } from "@/kit/overlay";
import { Failed, Skeleton } from "@/kit/states";
import { say, sayError } from "@/kit/toasts";
import { moment, number } from "@/kit/words";
import { LeftOut, Span } from "./counts";
import { EVENT_NAMES, titlesIn } from "./events";

/** More of the rows that cannot be read are in the table to download. */
const REJECTED_SHOWN = 100;

export function Report({ batch }: { batch: ImportView }) {
  const { t } = useLingui();
  const isGone = batch.state === "undone";
  const params = { path: { import_id: batch.id } };
  const brought = useQuery({
    queryKey: ["imports", batch.id, "brought", batch.state, batch.rows_read],
    queryFn: async ({ signal }) =>
      dataOf(await client.GET("/api/imports/{import_id}/brought", { params, signal })),
    enabled: !isGone,
    placeholderData: (before) => before,
  });
  const rejected = useQuery({
    queryKey: ["imports", batch.id, "rejected", batch.rejected],
    queryFn: async ({ signal }) =>
      dataOf(
        await client.GET("/api/imports/{import_id}/rejected", {
          params: { ...params, query: { limit: REJECTED_SHOWN } },
          signal,
        }),
      ).items,
    enabled: batch.rejected > 0,
  });
  const skipped = Object.values(batch.skipped).reduce((sum, count) => sum + count, 0);
  return (
    <div className="flex flex-col gap-5 border-t border-line p-4 sm:p-5">
      {batch.error && batch.state === "failed" && (
        <p role="alert" className="rounded-xl bg-accent-soft px-4 py-3 text-sm">
          <Trans>
            It broke off: {batch.error} What was read until then stays. Import the same file again to go on,
            nothing is counted twice.
          </Trans>
        </p>
      )}
      {isGone && (
        <p className="text-sm text-muted">
          <Trans>
            Taken back {batch.finished_at ? moment(batch.finished_at) : ""}. To have it again, import the file
            once more.
          </Trans>
        </p>
      )}
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-4">
        <Figure value={batch.new} name={t`new`} />
        <Figure value={batch.known} name={t`known before`} />
        <Figure value={skipped} name={t`left out`} />
        <Figure value={batch.rejected} name={t`not readable`} />
      </dl>
      {!isGone && <Brought brought={brought.data} isPending={brought.isPending} error={brought.error} />}
      <LeftOut
        skipped={batch.skipped}
        rejected={batch.rejected}
        rows={rejected.data ?? []}
        action={
          <Button size="small" className="self-start" asChild>
            <a href={`/api/imports/${batch.id}/rejected.csv`} download>
              <Download aria-hidden />
              <Trans>Download as a table</Trans>
            </a>
          </Button>
        }
      />
      {!isGone && (
        <footer className="flex flex-wrap items-center gap-2 border-t border-line pt-4">
          {batch.review > 0 && (
            <Button look="primary" asChild>
              <Link to="/review">
                <ListChecks aria-hidden />
                <Plural value={batch.review} one="Answer one question" other="Answer # questions" />
              </Link>
            </Button>
          )}
          <TakeBack batch={batch} brought={brought.data} />
        </footer>
      )}
    </div>
  );
}

function Figure({ value, name }: { value: number; name: string }) {
  return (
    <div className="flex flex-col-reverse bg-surface px-4 py-3">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="font-display text-2xl font-semibold tabular">{number(value)}</dd>
    </div>
  );
}

type BroughtProps = { brought: BroughtView | undefined; isPending: boolean; error: unknown };

function Brought({ brought, isPending, error }: BroughtProps) {
  const { t } = useLingui();
  if (error) return <Failed error={error} />;
  if (isPending) {
    return (
      <div className="flex flex-col gap-3">
        <Skeleton className="h-5 w-64" />
        <Covers items={null} />
      </div>
    );
  }
  if (!brought || Object.keys(brought.events).length === 0) return null;
  const titles = titlesIn(brought.kinds);
  const done = Object.entries(brought.events)
    .slice(0, 4)
    .map(([kind, count]) => `${t(EVENT_NAMES[kind as keyof typeof EVENT_NAMES])} ${number(count)}`);
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm">
        {titles && (
          <>
            <strong className="font-semibold">{titles}</strong>
            <span className="text-muted">
              {brought.first_at && brought.last_at && (
                <>
                  {", "}
                  <Span from={brought.first_at} to={brought.last_at} />
                </>
              )}
              {" · "}
              {done.join(" · ")}
            </span>
          </>
        )}
      </p>
      <Covers items={brought.latest} />
    </div>
  );
}

function Covers({ items }: { items: readonly ItemView[] | null }) {
  const { t } = useLingui();
  return (
    <ul aria-label={t`Met last`} className="-mx-1 flex gap-3 overflow-x-auto px-1 pt-1 pb-2">
      {items === null
        ? ["a", "b", "c", "d", "e", "f"].map((key) => (
            <li key={key}>
              <Skeleton className="aspect-2/3 w-20 rounded-card" />
            </li>
          ))
        : items.map((item) => (
            <li key={item.id} className="w-20 shrink-0">
              <Link
                to="/items/$id"
                params={{ id: String(item.id) }}
                className="block rounded-card transition-transform hover:-translate-y-0.5"
              >
                <ItemCover item={item} />
                <span className="sr-only">{item.title}</span>
              </Link>
            </li>
          ))}
    </ul>
  );
}

function TakeBack({ batch, brought }: { batch: ImportView; brought: BroughtView | undefined }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const undo = useMutation({
    mutationFn: async () => {
      await client.DELETE("/api/imports/{import_id}", { params: { path: { import_id: batch.id } } });
    },
    onSuccess: () => {
      setOpen(false);
      say(t`“${batch.file_name}” is taken back`);
      void cache.invalidateQueries();
    },
    onError: sayError,
  });
  return (
    <Dialog
      open={isOpen}
      onOpenChange={setOpen}
      title={t`Take this import back?`}
      description={batch.file_name}
      trigger={
        <Button look="quiet">
          <Undo2 aria-hidden />
          {batch.state === "reading" ? <Trans>Stop and take back</Trans> : <Trans>Take back</Trans>}
        </Button>
      }
    >
      <ul className="flex list-disc flex-col gap-2 pl-5 text-sm marker:text-muted">
        <li>
          <Plural
            value={batch.new}
            one="One row goes, with what it says you did."
            other={`${number(batch.new)} rows go, with what they say you did.`}
          />
        </li>
        {brought && Object.keys(brought.kinds).length > 0 && <Leaving brought={brought} />}
        <li>
          <Trans>What you said here yourself stays: your ratings, and your answers to questions.</Trans>
        </li>
        <li>
          <Trans>The import stays in the list as taken back. With the file, you can import it again.</Trans>
        </li>
      </ul>
      <footer className="flex flex-wrap justify-end gap-2">
        <DialogClose asChild>
          <Button>
            <Trans>Keep it</Trans>
          </Button>
        </DialogClose>
        <Button look="danger" disabled={undo.isPending} onClick={() => undo.mutate()}>
          <Undo2 aria-hidden />
          <Trans>Take it back</Trans>
        </Button>
      </footer>
    </Dialog>
  );
}

function Leaving({ brought }: { brought: BroughtView }) {
  const titles = titlesIn(brought.kinds);
  return (
    <li>
      <Trans>{titles} leave your history, unless another import knows of them too.</Trans>
    </li>
  );
}
