/** One box that takes everything: a link, files, a folder, the microphone; and what may be said of them. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FileAudio, FolderOpen, Link2, Mic, Plus, SlidersHorizontal } from "lucide-react";
import { type FormEvent, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { AddedView, NewLink } from "@/api/schema";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Field } from "@/kit/field";
import { say, sayError } from "@/kit/toasts";
import { bytes } from "@/kit/words";
import { isMedia, linksIn } from "./files";
import { type Given, useGiven } from "./given";
import { usageQuery } from "./queries";
import { sendFiles, type Wishes } from "./uploads";
import { WishesForm } from "./wishes";

const Recorder = lazy(() => import("./recorder"));

export function Adding({ link, isAsked, onSaid }: { link: string; isAsked: boolean; onSaid: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const [text, setText] = useState(link);
  const [error, setError] = useState<string>();
  const [wishes, setWishes] = useState<Wishes>({});
  const [areWishesShown, setWishesShown] = useState(false);
  const [isRecording, setRecording] = useState(false);
  const usage = useQuery(usageQuery);
  const box = useRef<HTMLInputElement>(null);
  const addLinks = useAddLinks();

  useEffect(() => {
    if (!isAsked) return;
    box.current?.focus();
    onSaid();
  }, [isAsked, onSaid]);

  const take = ({ files, links }: Given) => {
    const recordings = files.filter(isMedia);
    const largest = usage.data?.largest_upload_bytes ?? Number.POSITIVE_INFINITY;
    const fitting = recordings.filter((file) => file.size > 0 && file.size <= largest);
    if (fitting.length > 0) sendFiles(fitting, me.id, wishes);
    if (links.length > 0) addLinks.mutate({ links, wishes });
    for (const file of recordings.filter((one) => one.size > largest)) {
      say(t`“${file.name}” is larger than the ${bytes(largest)} that one file may have here.`, {
        isBad: true,
      });
    }
    if (files.length > 0 && recordings.length === 0)
      say(t`There is no recording among these files. Sound and videos can be added.`, { isBad: true });
    if (files.length === 0 && links.length === 0) say(t`That is neither a file nor a link.`, { isBad: true });
  };
  const isOver = useGiven(take);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const links = linksIn(text);
    if (links.length === 0) {
      setError(text.trim() ? t`This is no link; it should begin with https://` : t`Paste a link first.`);
      return;
    }
    setText("");
    addLinks.mutate(
      { links, wishes },
      {
        onError: (refused) => {
          setText(links.join(" "));
          setError(refused.message);
        },
      },
    );
  };

  return (
    <section
      aria-label={t`Add to your archive`}
      className="rounded-3xl border border-line bg-surface p-3 shadow-card sm:p-4"
    >
      <form onSubmit={submit} className="flex items-start gap-2">
        <div className="relative grow">
          <Link2 aria-hidden className="pointer-events-none absolute top-3.5 left-3.5 size-5 text-muted" />
          <Field
            label={t`Link`}
            hideLabel
            ref={box}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setError(undefined);
            }}
            error={error}
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={t`Paste a link: a talk, a podcast, a video, a feed`}
            className="[&_input]:h-12 [&_input]:rounded-2xl [&_input]:bg-paper [&_input]:pl-11 [&_input]:text-base [&_input]:text-ellipsis"
          />
        </div>
        <Button
          type="submit"
          look="primary"
          size="large"
          disabled={addLinks.isPending}
          className="max-sm:px-4"
        >
          <Plus aria-hidden />
          <span className="max-sm:sr-only">
            <Trans>Add</Trans>
          </span>
        </Button>
      </form>
      <div className="mt-2 flex flex-wrap items-center gap-1">
        <FileButton icon={<FileAudio aria-hidden />} onFiles={(files) => take({ files, links: [] })}>
          <Trans>Files</Trans>
        </FileButton>
        <FileButton
          isFolder
          className="max-sm:hidden"
          icon={<FolderOpen aria-hidden />}
          onFiles={(files) => take({ files, links: [] })}
        >
          <Trans>A folder</Trans>
        </FileButton>
        <Button look="quiet" size="small" onClick={() => setRecording(true)}>
          <Mic aria-hidden />
          <Trans>Record</Trans>
        </Button>
        <p className="ml-2 hidden grow text-sm text-muted lg:block">
          <Trans>or drop them anywhere on this page</Trans>
        </p>
        <Button
          look="quiet"
          size="small"
          aria-expanded={areWishesShown}
          onClick={() => setWishesShown(!areWishesShown)}
          className="ml-auto text-muted"
        >
          <SlidersHorizontal aria-hidden />
          <span className="max-sm:sr-only">
            <Trans>Options</Trans>
          </span>
        </Button>
      </div>
      {areWishesShown && <WishesForm wishes={wishes} onChange={setWishes} />}
      {isOver && <DropHere />}
      <Suspense>{isRecording && <Recorder wishes={wishes} onClose={() => setRecording(false)} />}</Suspense>
    </section>
  );
}

/** Add links one after the other, and say of each what came of it. */
function useAddLinks() {
  const { t } = useLingui();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ links, wishes }: { links: readonly string[]; wishes: Wishes }) => {
      const added: AddedView[] = [];
      let refused: unknown;
      for (const url of links) {
        try {
          added.push(dataOf(await client.POST("/api/media", { body: bodyOf(url, wishes) })));
        } catch (error) {
          // One that cannot be added hinders no other.
          refused ??= error;
          if (links.length > 1) sayError(error);
        }
      }
      if (added.length === 0 && refused) throw refused;
      return added;
    },
    onSuccess: (added) => {
      void queries.invalidateQueries({ queryKey: ["archive"] });
      const [first] = added;
      if (!first) return;
      const fresh = added.filter((one) => one.is_new);
      const takeBack = async () => {
        const ids = fresh.map((one) => one.media.id);
        await client.POST("/api/media/trash", { body: { ids } });
        await queries.invalidateQueries({ queryKey: ["archive"] });
      };
      const undo = { action: { label: t`Undo`, run: () => void takeBack().catch(sayError) } };
      if (fresh.length === 0) say(t`You have this already: “${first.media.title}”.`);
      else if (fresh.length === 1) say(t`Added. It is being fetched now.`, undo);
      else say(t`${fresh.length} links are added. They are being fetched now.`, undo);
    },
  });
}

function bodyOf(url: string, wishes: Wishes): NewLink {
  return {
    url: /^https?:/i.test(url) ? url : `https://${url}`,
    wanted: wishes.keepsPicture ? "video" : "audio",
    tags: [...(wishes.tags ?? [])],
    ...(wishes.title ? { title: wishes.title } : {}),
    ...(wishes.language ? { language: wishes.language } : {}),
    ...(wishes.speakers ? { speaker_count: wishes.speakers } : {}),
  };
}

function FileButton({
  icon,
  isFolder,
  className,
  onFiles,
  children,
}: {
  icon: ReactNode;
  isFolder?: boolean;
  className?: string;
  onFiles: (files: File[]) => void;
  children: ReactNode;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // React knows no such attribute; every browser does.
    if (isFolder) input.current?.setAttribute("webkitdirectory", "");
  }, [isFolder]);
  return (
    <>
      <Button look="quiet" size="small" className={className} onClick={() => input.current?.click()}>
        {icon}
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        {...(isFolder ? {} : { accept: "audio/*,video/*,.mka,.opus,.m4b,.amr,.caf,.ape" })}
        hidden
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          // The same file again is a change, too.
          event.target.value = "";
        }}
      />
    </>
  );
}

function DropHere() {
  return (
    <div
      aria-hidden
      className={cn(
        "appear pointer-events-none fixed inset-3 z-60 grid place-items-center rounded-3xl",
        "border-2 border-dashed border-accent bg-accent-soft/90 text-center backdrop-blur-sm",
      )}
    >
      <div>
        <FileAudio className="mx-auto size-12 text-accent" />
        <p className="mt-4 font-display text-2xl font-semibold text-ink">
          <Trans>Let go, and it becomes text</Trans>
        </p>
        <p className="mt-1 text-muted">
          <Trans>Sound, videos, whole folders, or a link</Trans>
        </p>
      </div>
    </div>
  );
}
