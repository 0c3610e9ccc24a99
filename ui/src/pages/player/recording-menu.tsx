/** What else can be done with a recording: ask, keep its words or its file, work on it again, throw it away. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Download, FileText, MessageCircleQuestion, MoreHorizontal, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { client } from "@/api/client";
import type { MediaDetails } from "@/api/schema";
import { Button, IconButton } from "@/kit/button";
import { Choice, Field } from "@/kit/field";
import { Menu, MenuItem, MenuLine } from "@/kit/menu";
import { Dialog } from "@/kit/overlay";
import { say, sayError } from "@/kit/toasts";
import { bytes } from "@/kit/words";
import { isOver, useCorrections } from "./recording";

/** Begins to keep a file that the server names. */
function keep(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}

export function RecordingMenu({ media }: { media: MediaDetails }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { remove } = useCorrections(media);
  const [isAsking, setAsking] = useState(false);
  const original = media.files.find((file) => file.role === "original");
  const written = (format: string) =>
    keep(`/api/media/${media.id}/transcript?format=${format}&download=true`);
  return (
    <div className="flex shrink-0 items-center gap-1">
      <Button asChild className="hidden md:inline-flex">
        <Link to="/ask" search={{ media: media.id }}>
          <MessageCircleQuestion aria-hidden />
          <Trans>Ask about it</Trans>
        </Link>
      </Button>
      <Menu
        trigger={
          <IconButton label={t`More`}>
            <MoreHorizontal />
          </IconButton>
        }
      >
        <MenuItem
          icon={<MessageCircleQuestion />}
          onSelect={() => void navigate({ to: "/ask", search: { media: media.id } })}
        >
          {t`Ask about this recording`}
        </MenuItem>
        {media.transcript && (
          <>
            <MenuLine />
            <MenuItem icon={<FileText />} onSelect={() => written("vtt")}>{t`Subtitles (VTT)`}</MenuItem>
            <MenuItem icon={<FileText />} onSelect={() => written("srt")}>{t`Subtitles (SRT)`}</MenuItem>
            <MenuItem icon={<FileText />} onSelect={() => written("text")}>{t`Words (text)`}</MenuItem>
            <MenuItem
              icon={<FileText />}
              onSelect={() => written("markdown")}
            >{t`Words (Markdown)`}</MenuItem>
            <MenuItem icon={<FileText />} onSelect={() => written("json")}>{t`Everything (JSON)`}</MenuItem>
          </>
        )}
        {original && (
          <MenuItem icon={<Download />} onSelect={() => keep(`${original.url}?download=true`)}>
            {t`The file (${bytes(original.size_bytes)})`}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem icon={<RefreshCw />} disabled={!isOver(media.job)} onSelect={() => setAsking(true)}>
          {t`Work on it again …`}
        </MenuItem>
        <MenuItem icon={<Trash2 />} danger onSelect={() => void remove()}>
          {t`Into the trash`}
        </MenuItem>
      </Menu>
      {isAsking && <AgainDialog media={media} onClose={() => setAsking(false)} />}
    </div>
  );
}

type From = "normalise" | "transcribe" | "speakers" | "enrich";

function AgainDialog({ media, onClose }: { media: MediaDetails; onClose: () => void }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [from, setFrom] = useState<From>("enrich");
  const [spoken, setSpoken] = useState(media.language ?? "");
  const [count, setCount] = useState(media.speaker_count === null ? "" : String(media.speaker_count));
  const isCount = count === "" || (/^\d+$/.test(count) && Number(count) >= 1 && Number(count) <= 20);
  const isSpoken = spoken === "" || /^[A-Za-z]{2,3}$/.test(spoken);
  const listens = from === "transcribe" || from === "normalise";
  const begin = useMutation({
    mutationFn: async () => {
      const params = { path: { media_id: media.id } };
      const speaker_count = count === "" ? null : Number(count);
      const told = { language: spoken === "" ? null : spoken.toLowerCase(), speaker_count };
      if (told.language !== media.language || speaker_count !== media.speaker_count)
        await client.PATCH("/api/media/{media_id}", { params, body: told });
      await client.POST("/api/media/{media_id}/process", { params, body: { from_step: from } });
    },
    onSuccess: () => {
      onClose();
      say(t`It is being worked on again; what there is stays until it is replaced`);
      void queries.invalidateQueries({ queryKey: ["media", media.id] });
    },
    onError: sayError,
  });
  const options: readonly { value: From; label: string }[] = [
    { value: "enrich", label: t`Summary, chapters, tags and titles` },
    { value: "speakers", label: t`Who speaks, and all of that` },
    { value: "transcribe", label: t`What is said, and all of that` },
    { value: "normalise", label: t`Everything, from the file on` },
  ];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t`Work on it again`}
      description={t`What you corrected, named and tagged stays yours.`}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isCount && isSpoken) begin.mutate();
        }}
        className="flex flex-col gap-4"
      >
        <Choice label={t`What is made anew`} value={from} options={options} onChange={setFrom} />
        {listens && (
          <Field
            label={t`Language`}
            hint={t`Two letters, such as en or de; empty: it is found out.`}
            error={isSpoken ? undefined : t`Write the language's code, such as en.`}
            value={spoken}
            maxLength={3}
            onChange={(event) => setSpoken(event.target.value)}
          />
        )}
        {from !== "enrich" && (
          <Field
            label={t`How many speak`}
            hint={t`Empty: it is found out.`}
            error={isCount ? undefined : t`Write a number from 1 to 20.`}
            inputMode="numeric"
            value={count}
            onChange={(event) => setCount(event.target.value.trim())}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" disabled={begin.isPending}>
            <Trans>Begin</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
